-- Wrong tries that still count, oldest first: a person number as it was typed, or whose phone digits were tried. Never what was tried.
CREATE TABLE attempt (id INTEGER PRIMARY KEY, number TEXT NOT NULL);
