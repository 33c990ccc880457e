-- Alarms go out first, also after a restart.
ALTER TABLE fact ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0;
CREATE INDEX fact_alarm ON fact (seq) WHERE alarm = 1;
-- Rows low..high that were stored with an unsure clock are read as derived: UTC in ms is their `up` in ms plus offset_ms.
CREATE TABLE restamp (low INTEGER NOT NULL, high INTEGER NOT NULL, offset_ms INTEGER NOT NULL);
