-- Who has a right at the stations, the roster's version and salt, and who may write.
CREATE TABLE people (
  person VARCHAR(32) NOT NULL PRIMARY KEY,
  number VARCHAR(6) UNIQUE,
  code_digest VARCHAR(64),
  label VARCHAR(24),
  water_ml_per_day BIGINT,
  socket_min_per_day BIGINT
);

CREATE TABLE roster (
  id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  salt VARCHAR(32) NOT NULL
);

CREATE TABLE tokens (
  sha256 VARCHAR(64) NOT NULL PRIMARY KEY,
  name VARCHAR(60) NOT NULL,
  made_ms BIGINT NOT NULL
);
