-- Filter and water test: days are ISO dates of trusted time, '' for unknown; `told` says whether a person gave them. One row.
CREATE TABLE care (
  id INTEGER PRIMARY KEY CHECK (id = 1), filter_day TEXT NOT NULL, filter_told INTEGER NOT NULL, drawn_ml INTEGER NOT NULL CHECK (drawn_ml >= 0),
  test_day TEXT NOT NULL, test_told INTEGER NOT NULL, passed INTEGER NOT NULL, drawn_day TEXT NOT NULL
);
