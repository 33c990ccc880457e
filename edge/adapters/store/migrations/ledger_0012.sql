-- Runs of amenities that have not ended: one that a power cut ended is told at the next start.
CREATE TABLE run (run TEXT PRIMARY KEY, amenity TEXT NOT NULL, person TEXT) WITHOUT ROWID;
