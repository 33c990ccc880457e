-- What stations say that they keep of people's faces, as their facts told it; and whose faces were withdrawn from afar. Nothing biometric.
CREATE TABLE faces (
  station VARCHAR(32) NOT NULL,
  person VARCHAR(32) NOT NULL,
  epoch VARCHAR(8) NOT NULL,
  seq BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  consent VARCHAR(12) NOT NULL,
  notice VARCHAR(12) NOT NULL,
  language VARCHAR(2) NOT NULL,
  taken_by VARCHAR(12) NOT NULL,
  used BIGINT NOT NULL,
  flagged BIGINT NOT NULL,
  said_ms BIGINT,
  enrolled_ms BIGINT,
  forgotten_ms BIGINT,
  receipt VARCHAR(32) NOT NULL,
  reason VARCHAR(12) NOT NULL,
  PRIMARY KEY (station, person)
);
CREATE INDEX faces_of_person ON faces (person);

CREATE TABLE face_withdrawals (
  person VARCHAR(32) NOT NULL PRIMARY KEY,
  asked_ms BIGINT NOT NULL
);
