-- Maintenance that has not ended: one that a power cut ended is told at the next start.
CREATE TABLE maintenance (maintenance TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
