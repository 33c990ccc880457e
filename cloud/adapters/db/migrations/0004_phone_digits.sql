-- A digest of the last four digits of somebody's telephone number, asked when a face is not sure.
ALTER TABLE people ADD COLUMN phone_last4_digest VARCHAR(64);
