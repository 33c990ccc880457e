-- What people said about their face, and whether one is kept in the vault. Nothing biometric is here.
CREATE TABLE consent (
    person TEXT PRIMARY KEY, standing TEXT NOT NULL, "by" TEXT NOT NULL, notice TEXT NOT NULL, language TEXT NOT NULL, "on" TEXT NOT NULL,
    kept INTEGER NOT NULL, seal INTEGER NOT NULL, used INTEGER NOT NULL, flagged INTEGER NOT NULL, made_on TEXT NOT NULL, seen_on TEXT NOT NULL
);
