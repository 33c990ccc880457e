-- Rollouts of signed configurations: who is in which, what was sent, what stations report of it. A document is kept as it was signed.
CREATE TABLE rollouts (
  id VARCHAR(16) NOT NULL PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  who VARCHAR(64) NOT NULL,
  reason VARCHAR(300) NOT NULL,
  release VARCHAR(64) NOT NULL,
  options TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  wave BIGINT NOT NULL,
  lines TEXT NOT NULL
);
CREATE INDEX rollouts_made ON rollouts (made_ms);

CREATE TABLE rollout_seats (
  rollout VARCHAR(16) NOT NULL,
  station VARCHAR(32) NOT NULL,
  district VARCHAR(40) NOT NULL,
  grade VARCHAR(40) NOT NULL,
  version BIGINT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  undo_sha256 VARCHAR(64) NOT NULL,
  wave BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  since_ms BIGINT NOT NULL,
  published VARCHAR(8) NOT NULL,
  due VARCHAR(8) NOT NULL,
  touched_ms BIGINT,
  again_ms BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  PRIMARY KEY (rollout, station)
);
CREATE INDEX rollout_seats_of_station ON rollout_seats (station);
CREATE INDEX rollout_seats_in_state ON rollout_seats (state, rollout);

CREATE TABLE rollout_history (
  id ROW_ID,
  rollout VARCHAR(16) NOT NULL,
  at_ms BIGINT NOT NULL,
  who VARCHAR(64) NOT NULL,
  what VARCHAR(120) NOT NULL,
  why VARCHAR(1000) NOT NULL,
  result VARCHAR(1000) NOT NULL
);
CREATE INDEX rollout_history_of ON rollout_history (rollout, id);

CREATE TABLE config_documents (
  rollout VARCHAR(16) NOT NULL,
  station VARCHAR(32) NOT NULL,
  paper VARCHAR(8) NOT NULL,
  version BIGINT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  release VARCHAR(64) NOT NULL,
  document TEXT NOT NULL,
  published_ms BIGINT,
  PRIMARY KEY (rollout, station, paper)
);
CREATE INDEX config_documents_of_station ON config_documents (station, version);

CREATE TABLE config_reports (
  station VARCHAR(32) NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  phase VARCHAR(16) NOT NULL,
  reason VARCHAR(500) NOT NULL,
  flaw VARCHAR(24) NOT NULL,
  in_force_version BIGINT NOT NULL,
  in_force_sha256 VARCHAR(64) NOT NULL,
  confirmed_version BIGINT NOT NULL,
  confirmed_sha256 VARCHAR(64) NOT NULL,
  root BIGINT NOT NULL,
  level BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  received_ms BIGINT NOT NULL
);
