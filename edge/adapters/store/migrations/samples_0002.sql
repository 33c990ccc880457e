-- `body` is compressed from now on; older rows are text. `thinned`: every second instant went, or there is only one.
ALTER TABLE batch ADD COLUMN thinned INTEGER NOT NULL DEFAULT 0;
CREATE TABLE restamp (low INTEGER NOT NULL, high INTEGER NOT NULL, offset_ms INTEGER NOT NULL);
