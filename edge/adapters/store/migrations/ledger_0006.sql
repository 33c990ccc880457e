-- How far an open session was when it was last looked at: whole ml or minutes, and Wh where energy is measured.
ALTER TABLE quota ADD COLUMN progress INTEGER NOT NULL DEFAULT 0 CHECK (progress >= 0);
ALTER TABLE quota ADD COLUMN energy_wh REAL;
