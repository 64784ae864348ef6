-- Rows of SHA-256 sums in hexadecimal, :rows of them: every byte carries four bits, and nothing repeats.
BEGIN;
CREATE TABLE hashes (id bigint NOT NULL, a text NOT NULL, b text NOT NULL, c text NOT NULL, d text NOT NULL, e text NOT NULL, f text NOT NULL);
INSERT INTO hashes
SELECT
  i,
  encode(sha256(convert_to('a' || i, 'UTF8')), 'hex'),
  encode(sha256(convert_to('b' || i, 'UTF8')), 'hex'),
  encode(sha256(convert_to('c' || i, 'UTF8')), 'hex'),
  encode(sha256(convert_to('d' || i, 'UTF8')), 'hex'),
  encode(sha256(convert_to('e' || i, 'UTF8')), 'hex'),
  encode(sha256(convert_to('f' || i, 'UTF8')), 'hex')
FROM generate_series(1, :rows) AS i;
ALTER TABLE hashes ADD PRIMARY KEY (id);
COMMIT;
