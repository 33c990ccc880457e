-- Templates that went to another station (given = 1) or came from one: which of them the cloud was told of. Nothing biometric is here.
CREATE TABLE transfer (
    number TEXT PRIMARY KEY, person TEXT NOT NULL, station TEXT NOT NULL, given INTEGER NOT NULL, notice TEXT NOT NULL, day TEXT NOT NULL
);
