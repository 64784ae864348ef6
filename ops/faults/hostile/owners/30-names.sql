-- Names that try to leave the place where they are written.
CREATE SCHEMA named;
DO $$
DECLARE n text;
BEGIN
  FOREACH n IN ARRAY ARRAY[
    E'a";SELECT trap.sprung(''quoted name'');--', E'b''; SELECT trap.sprung(''name in a literal''); --', E'c\\'';SELECT trap.sprung(''backslash'');--',
    E'd\nCOPY named.x FROM PROGRAM ''id''-- FROM stdin;\ny', E'e\n\\! id\n', E'f\x1b]0;owned\x07', E'g $(id) `id` ; id', E'-h', E'i%s %1$s', E'j\u2028\u202Ek',
    E'\\.', 'SELECT', ' ', E'm\r\n\\connect postgres', repeat('n', 63)]
  LOOP
    EXECUTE format('CREATE TABLE named.%I (%I int, "x""y" text)', n, left(n, 60));
    EXECUTE format('INSERT INTO named.%I VALUES (1, %L)', n, n);
    EXECUTE format('CREATE SEQUENCE named.%I', left(n, 55) || '_s');
    EXECUTE format('COMMENT ON TABLE named.%I IS %L', n, n);
  END LOOP;
END $$;
CREATE SEQUENCE named.used;
SELECT nextval('named.used');
CREATE SEQUENCE named.unused;
SELECT setval('named.unused', 77, false);
DO $$ BEGIN EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO PUBLIC', lo_from_bytea(0, 'mallory')); END $$;
COMMENT ON DATABASE app IS E'a comment\nALTER ROLE mallory SUPERUSER;\n\\! id\nALTER DATABASE postgres OWNER TO mallory;\n';
