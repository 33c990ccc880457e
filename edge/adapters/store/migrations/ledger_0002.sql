-- Tickets that opened the door, by nonce (16 hexadecimal digits), until `last` (unix seconds) is long over.
CREATE TABLE ticket (nonce TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
