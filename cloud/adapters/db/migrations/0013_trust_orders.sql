-- Roots and delegations by which stations believe the cloud; orders and what stations answered; when a roster was confirmed.
CREATE TABLE trust_roots (
  version BIGINT NOT NULL PRIMARY KEY,
  signed TEXT NOT NULL,
  put_ms BIGINT NOT NULL
);

CREATE TABLE trust_delegations (
  sha256 VARCHAR(64) NOT NULL PRIMARY KEY,
  signed TEXT NOT NULL,
  put_ms BIGINT NOT NULL
);

-- The highest root that a station ever showed; 0: it said that it has none.
CREATE TABLE rooted_stations (
  station VARCHAR(32) NOT NULL PRIMARY KEY,
  root BIGINT NOT NULL
);

CREATE TABLE orders (
  id VARCHAR(16) NOT NULL PRIMARY KEY,
  station VARCHAR(32) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  minutes BIGINT,
  operator VARCHAR(40) NOT NULL,
  reason VARCHAR(200) NOT NULL,
  state VARCHAR(16) NOT NULL,
  words VARCHAR(400) NOT NULL,
  flaw VARCHAR(24),
  asked_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);
CREATE INDEX orders_of_station ON orders (station, asked_ms);
CREATE INDEX orders_open ON orders (state);

-- What came for an order and was not looked at yet: of each kind one.
CREATE TABLE order_answers (
  order_id VARCHAR(16) NOT NULL,
  step VARCHAR(12) NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (order_id, step)
);

ALTER TABLE stations ADD COLUMN roster_ms BIGINT;
