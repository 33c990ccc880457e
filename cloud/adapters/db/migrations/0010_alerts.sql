-- Alerts that Grafana's rules raised and resolved; `until_ms` is empty while one stands.
CREATE TABLE alerts (
  id ROW_ID,
  fingerprint VARCHAR(64) NOT NULL,
  name VARCHAR(120) NOT NULL,
  severity VARCHAR(24) NOT NULL,
  station VARCHAR(32) NOT NULL,
  district VARCHAR(40) NOT NULL,
  summary VARCHAR(300) NOT NULL,
  todo VARCHAR(600) NOT NULL,
  summary_zh VARCHAR(300) NOT NULL,
  todo_zh VARCHAR(600) NOT NULL,
  link VARCHAR(600) NOT NULL,
  since_ms BIGINT NOT NULL,
  until_ms BIGINT,
  heard_ms BIGINT NOT NULL,
  UNIQUE (fingerprint, since_ms)
);
CREATE INDEX alerts_standing ON alerts (until_ms, since_ms);
