-- How far the time-series store follows the ledger, and which process looks after what only one may.
CREATE TABLE series_cursors (
  name VARCHAR(24) NOT NULL PRIMARY KEY,
  fact BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);
CREATE TABLE series_holders (
  name VARCHAR(24) NOT NULL PRIMARY KEY,
  holder VARCHAR(64) NOT NULL,
  until_ms BIGINT NOT NULL
);
