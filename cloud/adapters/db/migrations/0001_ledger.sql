-- Facts, how far each epoch is committed, refused messages and stations. ROW_ID is replaced by the engine's own counter.
CREATE TABLE facts (
  id ROW_ID,
  station VARCHAR(32) NOT NULL,
  epoch VARCHAR(8) NOT NULL,
  seq BIGINT NOT NULL,
  boot VARCHAR(8) NOT NULL,
  at_ms BIGINT NOT NULL,
  up_s DOUBLE PRECISION NOT NULL,
  clock VARCHAR(8) NOT NULL,
  kind VARCHAR(40) NOT NULL,
  data TEXT NOT NULL,
  received_ms BIGINT NOT NULL,
  UNIQUE (station, epoch, seq)
);
CREATE INDEX facts_of_station ON facts (station, at_ms);
CREATE INDEX facts_of_kind ON facts (kind, at_ms);
CREATE INDEX facts_received ON facts (received_ms);

CREATE TABLE progress (
  station VARCHAR(32) NOT NULL,
  epoch VARCHAR(8) NOT NULL,
  lane VARCHAR(8) NOT NULL,
  upto BIGINT NOT NULL,
  ahead TEXT NOT NULL,
  missing BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (station, epoch, lane)
);

CREATE TABLE refused (
  id ROW_ID,
  station VARCHAR(32),
  epoch VARCHAR(8),
  seq BIGINT,
  topic VARCHAR(120) NOT NULL,
  reason VARCHAR(24) NOT NULL,
  detail VARCHAR(300) NOT NULL,
  size BIGINT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  received_ms BIGINT NOT NULL
);

CREATE TABLE stations (
  station VARCHAR(32) NOT NULL PRIMARY KEY,
  first_ms BIGINT NOT NULL,
  heard_ms BIGINT NOT NULL,
  link VARCHAR(8),
  boot VARCHAR(8) NOT NULL,
  session BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,
  state TEXT,
  roster_version BIGINT NOT NULL,
  roster_refused TEXT
);
