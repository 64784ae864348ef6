-- One of everything that a backup can meet: each built-in type with its awkward values, each kind of object, names
-- that break shells. Small, the same on every run, plain SQL without psql's own commands; loads on PostgreSQL 14 and
-- later as a superuser. It makes no roles, so that a dump of it restores into any cluster.
SET client_min_messages = error;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, MDY';
SET lc_monetary = 'C';

CREATE SCHEMA zoo;
COMMENT ON SCHEMA zoo IS 'one of everything; it''s "quoted", with a \backslash
and a second line';
SET search_path = zoo, public;

-- Extensions that come with the server, where they are installed.
DO $$
DECLARE extension text;
BEGIN
  FOREACH extension IN ARRAY ARRAY['citext', 'hstore', 'pg_trgm', 'pgcrypto', 'ltree', 'btree_gist', 'postgres_fdw'] LOOP
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = extension) THEN
      EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA public', extension);
    END IF;
  END LOOP;
END $$;

-- Types of our own.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'it''s complicated', 'über "alles"', '');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN postcode AS text NOT NULL DEFAULT '00000' CHECK (VALUE ~ '^[0-9]{5}$');
CREATE TYPE point3 AS (x double precision, y double precision, "the z" double precision);
CREATE TYPE place AS (name text, at point3, moods mood[]);
CREATE DOMAIN positives AS positive[];
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);

-- Numbers.
CREATE TABLE numbers (
  id integer PRIMARY KEY, a smallint, b integer, c bigint, d numeric, e numeric(30, 10), f real, g double precision, h money, i oid, j boolean
);
INSERT INTO numbers VALUES
  (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, false),
  (2, -32768, -2147483648, -9223372036854775808, -1e-300, -0.0000000001, '-0', '-0', '-92233720368547758.08', 4294967295, true),
  (3, 32767, 2147483647, 9223372036854775807, 1e300, 12345678901234567890.0123456789, 'NaN', 'NaN', '92233720368547758.07', 1, NULL),
  (4, 1, 1, 1, 'NaN', 'NaN', 'Infinity', 'Infinity', '1.5', 2, true),
  (5, 1, 1, 1, 'Infinity', 1, '-Infinity', '-Infinity', '0', 3, true),
  (6, 1, 1, 1, '-Infinity', 1.10, 1.17549435e-38, 4.9406564584124654e-324, '0', 4, true),
  (7, 1, 1, 1, 1.000, 1.1000000000, 3.4028235e38, 0.1, '0', 5, true),
  (8, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- Text that ends lines, ends COPY, means NULL, or is not what it seems.
CREATE TABLE texts (id integer PRIMARY KEY, a text, b varchar(40), c char(6), d "char", e name);
INSERT INTO texts VALUES
  (1, '', '', '', '', ''),
  (2, 'NULL', '\N', ' x ', 'a', 'name'),
  (3, E'\\.', E'\\.\n\\.', E'\\', E'\\', E'\\'),
  (4, E'tab\there\nnew\rreturn\r\nboth\b\f\v', E'\n', E'\n', E'\n', E'\n'),
  (5, '"double", ''single'', $dollar$, `back`, %percent%, {brace}, (paren), a,b', '{NULL}', '(,)', '"', '""'),
  (6, U&'emoji \+01F418 combining e\0301 zero\200Bwidth rtl \05E9\05DC\05D5\05DD end \E000 \FFFD', U&'\+01F600', U&'\00E4\00F6\00FC', 'z', U&'\00FC'),
  (7, E'\x01\x02\x1b\x7f', 'x', 'x', 'x', 'x'),
  (8, repeat('long and well compressible ', 40000), 'x', 'x', 'x', 'x'),
  (9, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 30000) AS i), 'x', 'x', 'x', 'x'),
  (10, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE binaries (id integer PRIMARY KEY, a bytea, b bit(5), c bit varying, d uuid);
INSERT INTO binaries VALUES
  (1, '', B'00000', B'', '00000000-0000-0000-0000-000000000000'),
  (2, (SELECT string_agg(set_byte('\x00', 0, i), '' ORDER BY i) FROM generate_series(0, 255) AS i), B'10101', B'1', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  (3, '\x5c2e0a', B'11111', B'0000000001', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
  (4, (SELECT string_agg(sha256(i::text::bytea), '') FROM generate_series(1, 30000) AS i), NULL, NULL, NULL),
  (5, NULL, NULL, NULL, NULL);

CREATE TABLE times (
  id integer PRIMARY KEY, a date, b time, c timetz, d timestamp, e timestamptz, f interval, g timestamptz(0), h interval day to second(3)
);
INSERT INTO times VALUES
  (1, 'infinity', '00:00', '00:00+15:59', 'infinity', 'infinity', '0', 'infinity', '0'),
  (2, '-infinity', '24:00', '24:00-15:59', '-infinity', '-infinity', '-1 year -2 mons +3 days -04:05:06.789', '-infinity', '1 day -00:00:00.001'),
  (3, '4713-01-01 BC', '23:59:59.999999', '23:59:59.999999+05:45', '4713-01-01 00:00:00 BC', '4713-01-02 00:00:00+00 BC', '178000000 years', '0001-01-01 00:00:00+00', '1 day'),
  (4, '5874897-12-31', '12:00', '12:00 UTC', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-178000000 years', '2026-03-29 01:00:00+00', '-1 day'),
  (5, '2024-02-29', '01:02:03.000001', '01:02:03.1-03:30', '2016-12-31 23:59:60', '2026-10-25 02:30:00+01', '1 mon -1 day', '1999-12-31 23:59:59.6+00', '00:00:00.0005'),
  (6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 170000 THEN
    EXECUTE $i$INSERT INTO zoo.times (id, f) VALUES (7, 'infinity'), (8, '-infinity')$i$;
  END IF;
END $$;

CREATE TABLE documents (id integer PRIMARY KEY, a json, b jsonb, c jsonpath, d tsvector, e tsquery);
INSERT INTO documents VALUES
  (1, '{}', '{}', '$', '', ''),
  (2, ' { "twice" : 1, "twice" : 2.50 , "s":"\u00e9\n\"" } ', '{"twice": 1, "twice": 2.50, "s": "\u00e9\n\""}', 'strict $."a b"[*] ? (@.c > 1)', 'a fat cat sat', 'fat & !(rat | mat:*)'),
  (3, 'null', 'null', '$.**', '''it''''s'':1A,2B ''\\b'':3', '''it''''s'':AB <-> ''x y'''),
  (4, '[1e400, -0.0, true, ["deep", [[[]]]]]', '[1e400, -0.0, 1.000, true, ["deep", [[[]]]]]', '$[last]', to_tsvector('english', 'The quick brown foxes jumped'), plainto_tsquery('english', 'jumping fox')),
  (5, '"text"', (SELECT jsonb_object_agg('k' || i, md5(i::text)) FROM generate_series(1, 5000) AS i), NULL, NULL, NULL),
  (6, NULL, NULL, NULL, NULL, NULL);
-- A server can be built without libxml.
DO $$
BEGIN
  EXECUTE 'CREATE TABLE zoo.markup (id integer PRIMARY KEY, a xml)';
  EXECUTE $i$INSERT INTO zoo.markup VALUES (1, '<a b="c">d &amp; e</a>'), (2, 'only <b>content</b>'), (3, NULL), (4, '<?pi x?><a xmlns="urn:x"><![CDATA[<]]></a>')$i$;
EXCEPTION WHEN feature_not_supported THEN
  EXECUTE 'DROP TABLE IF EXISTS zoo.markup';
END $$;

CREATE TABLE shapes (id integer PRIMARY KEY, a point, b line, c lseg, d box, e path, f polygon, g circle);
INSERT INTO shapes VALUES
  (1, '(0,-0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),1>'),
  (2, '(NaN,Infinity)', '{0.1,0.2,0.3}', '[(-1,1e-300),(1e300,1)]', '(1e10,1),(-1,0.1)', '((0,0),(1,1))', '((0,0))', '<(0.1,0.2),0>'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE networks (id integer PRIMARY KEY, a inet, b cidr, c macaddr, d macaddr8);
INSERT INTO networks VALUES
  (1, '192.168.0.1/24', '192.168.0.0/24', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
  (2, '::1', '::/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'),
  (3, '2001:db8::ff00:42:8329/64', '2001:db8::/32', NULL, NULL);

CREATE TABLE ranges (
  id integer PRIMARY KEY, a int4range, b int8range, c numrange, d tsrange, e tstzrange, f daterange, g float_range,
  h int4multirange, i nummultirange, j tstzmultirange, k datemultirange, l int8multirange, m tsmultirange
);
INSERT INTO ranges VALUES
  (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '[1,5)', '(,)', '[1.10,2.0]', '[2026-01-01 00:00,infinity]', '["2026-01-01 00:00+00",)', '(-infinity,2026-01-01]', '[-Infinity,0.1)',
    '{[1,3),[5,)}', '{(,1.0],(2.50,3]}', '{["2026-01-01 00:00+00","2026-01-02 00:00+00")}', '{[2026-01-01,2026-02-01)}', '{(,)}', '{(,2026-01-01 00:00)}'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- What the server itself counts and names with.
CREATE TABLE internals (
  id integer PRIMARY KEY, a pg_lsn, b pg_snapshot, c txid_snapshot, d xid, e xid8, f cid, g tid, h oidvector, i int2vector, j refcursor,
  k regclass, l regproc, m regprocedure, n regoper, o regoperator, p regtype, q regrole, r regnamespace, s regconfig, t regdictionary, u regcollation
);
INSERT INTO internals VALUES
  (1, 'FFFFFFFF/FFFFFFFF', '10:20:10,14,15', '10:20:10,14,15', '4294967295', '18446744073709551615', '7', '(4294967295,65535)', '1 2 3', '-1 0 1', 'cursor "x"',
    'pg_class', 'now', 'upper(text)', '||/', '+(integer,integer)', 'double precision[]', 'pg_monitor', 'pg_catalog', 'english', 'simple', '"C"'),
  (2, '0/0', '1:1:', '1:1:', '0', '0', '0', '(0,0)', '', '', '', '-', '-', '-', '0', '0', '-', '-', '-', '-', '-', '-'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE arrays (
  id integer PRIMARY KEY, a integer[], b text[], c integer[][], d mood[], e numeric[], f bytea[], g timestamptz[], h jsonb[], i point3[], j boolean[],
  k float8[], l uuid[], m box[], n int4range[]
);
INSERT INTO arrays VALUES
  (1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '{1,NULL,3}', ARRAY['', 'NULL', NULL, 'a,b', '"q"', '{x}', E'\\', E'\n', ' '], '{{1,2},{3,NULL}}', ARRAY['sad', '', 'über "alles"']::mood[], '{1.0,NaN,-Infinity}',
    ARRAY['\x00'::bytea, '\x5c', ''], '{infinity,"2026-01-01 00:00:00+00"}', ARRAY['{"a": [1, null]}'::jsonb, 'null', NULL], ARRAY[(1, NULL, -0.0)::point3, NULL],
    '{t,f,NULL}', '{NaN,-0,Infinity}', ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[], '{(1,1),(0,0);(2,2),(1,1)}', ARRAY['[1,2)', 'empty', NULL]::int4range[]),
  (3, '[0:2]={7,8,9}', '[-1:0]={x,y}', '[2:3][-1:0]={{1,2},{3,4}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE own_types (id integer PRIMARY KEY, a mood, b positive, c postcode, d point3, e place, f positives, g place[]);
INSERT INTO own_types VALUES
  (1, 'it''s complicated', 1, '12345', (1, -0.0, 'NaN'), ('a "b", (c)', (NULL, 2, 3), ARRAY['', 'happy']::mood[]), '{1,2}',
    ARRAY[('x', (1, 2, 3), '{}')::place, (NULL, NULL, NULL)::place]),
  (2, '', 2147483647, DEFAULT, (NULL, NULL, NULL), (NULL, NULL, NULL), '{}', '{}'),
  (3, NULL, NULL, '00001', NULL, NULL, NULL, NULL);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citext') THEN
    EXECUTE 'CREATE TABLE zoo.with_citext (id integer PRIMARY KEY, a public.citext UNIQUE)';
    EXECUTE $i$INSERT INTO zoo.with_citext VALUES (1, 'MiXed'), (2, ''), (3, NULL)$i$;
  END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'hstore') THEN
    EXECUTE 'CREATE TABLE zoo.with_hstore (id integer PRIMARY KEY, a public.hstore)';
    EXECUTE $i$INSERT INTO zoo.with_hstore VALUES (1, ''), (2, 'a=>1, "b c"=>NULL, ""=>"\"q\""'), (3, NULL)$i$;
  END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'ltree') THEN
    EXECUTE 'CREATE TABLE zoo.with_ltree (id integer PRIMARY KEY, a public.ltree, b public.lquery)';
    EXECUTE $i$INSERT INTO zoo.with_ltree VALUES (1, '', '*'), (2, 'Top.Science.Astronomy', 'Top.*{0,2}.sport*@|football')$i$;
  END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pgcrypto') THEN
    EXECUTE 'CREATE TABLE zoo.with_pgcrypto (id uuid DEFAULT public.gen_random_uuid() PRIMARY KEY, a bytea)';
    EXECUTE $i$INSERT INTO zoo.with_pgcrypto VALUES ('00000000-0000-4000-8000-000000000001', public.digest('x', 'sha512'))$i$;
  END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    EXECUTE 'CREATE INDEX texts_trgm ON zoo.texts USING gin (b public.gin_trgm_ops)';
  END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'postgres_fdw') THEN
    -- A foreign table's rows live elsewhere (here: nowhere) and are in no dump.
    EXECUTE $i$CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', dbname 'x')$i$;
    EXECUTE $i$CREATE FOREIGN TABLE zoo.foreign_things (id integer, a text) SERVER elsewhere OPTIONS (table_name 'things')$i$;
  END IF;
END $$;

-- Columns that are not plain columns.
CREATE TABLE columns (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY -7 MINVALUE -1000000 MAXVALUE 1000),
  gone integer,
  a integer NOT NULL,
  "twice a" integer GENERATED ALWAYS AS (a * 2) STORED,
  b integer GENERATED BY DEFAULT AS IDENTITY,
  c serial,
  "select" text DEFAULT 'it''s ' || current_user,
  also_gone text,
  d text COLLATE "C"
);
ALTER TABLE columns ALTER d SET STORAGE EXTERNAL, ALTER a SET STATISTICS 500;
INSERT INTO columns (gone, a, also_gone, d) SELECT i, i, 'x', md5(i::text) FROM generate_series(1, 100) AS i;
ALTER TABLE columns DROP COLUMN gone, DROP COLUMN also_gone;
-- Filled in from the catalogue, not from the rows.
ALTER TABLE columns ADD COLUMN late timestamptz NOT NULL DEFAULT '2026-01-01 00:00+00', ADD COLUMN later text DEFAULT NULL;
UPDATE columns SET later = 'x' WHERE a % 10 = 0;
DELETE FROM columns WHERE a % 9 = 0;

CREATE TABLE empty (id integer PRIMARY KEY, a text);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE only_generated (a integer GENERATED ALWAYS AS (42) STORED);
CREATE TABLE duplicates (a integer, b text);
INSERT INTO duplicates SELECT i % 3, NULL FROM generate_series(1, 9) AS i;
CREATE UNLOGGED TABLE unlogged (id integer PRIMARY KEY, a text);
INSERT INTO unlogged SELECT i, md5(i::text) FROM generate_series(1, 100) AS i;
CREATE TABLE with_options (id integer, a text) WITH (fillfactor = 70, autovacuum_enabled = false);
INSERT INTO with_options VALUES (1, 'x');
CREATE TABLE of_type OF point3;
INSERT INTO of_type VALUES (1, 2, 3), (NULL, 'NaN', '-0');

CREATE TABLE many_columns (id integer PRIMARY KEY);
DO $$
BEGIN
  EXECUTE (SELECT 'ALTER TABLE zoo.many_columns ' || string_agg(format('ADD c%s integer', i), ', ') FROM generate_series(1, 500) AS i);
  EXECUTE 'INSERT INTO zoo.many_columns (id, c1, c250, c500) SELECT i, i, i, i FROM generate_series(1, 50) AS i';
END $$;

-- Partitions: by range, list and hash, nested, a default, columns in another order.
CREATE TABLE parted (at date NOT NULL, kind text NOT NULL, a integer, b text) PARTITION BY RANGE (at);
CREATE TABLE parted_2025 PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE parted_2026 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (kind);
CREATE TABLE parted_2026_x PARTITION OF parted_2026 FOR VALUES IN ('x', 'X');
CREATE TABLE parted_2026_rest PARTITION OF parted_2026 DEFAULT PARTITION BY HASH (a);
CREATE TABLE parted_2026_rest_0 PARTITION OF parted_2026_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_2026_rest_1 PARTITION OF parted_2026_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE parted_later (b text, gone integer, a integer, kind text NOT NULL, at date NOT NULL);
ALTER TABLE parted_later DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_later FOR VALUES FROM ('2027-01-01') TO (MAXVALUE);
INSERT INTO parted SELECT date '2025-06-01' + i * 3, (ARRAY['x', 'X', 'y', 'z'])[1 + i % 4], i, md5(i::text) FROM generate_series(1, 400) AS i;
CREATE INDEX parted_a ON parted (a);

-- Inheritance: rows in the parent and in its children.
CREATE TABLE animals (id integer PRIMARY KEY, name text);
CREATE TABLE birds (wingspan numeric, PRIMARY KEY (id)) INHERITS (animals);
CREATE TABLE penguins (swims boolean DEFAULT true) INHERITS (birds);
INSERT INTO animals VALUES (1, 'someone');
INSERT INTO birds VALUES (2, 'crow', 0.9);
INSERT INTO penguins VALUES (3, 'Pingu', 0.3), (4, NULL, NULL);

-- Names that break shells, parsers and lists.
CREATE SCHEMA "Weird Schema";
CREATE TABLE "Weird Schema"."select" ("from" integer PRIMARY KEY, "where" text, "a b" text, "ä" text);
INSERT INTO "Weird Schema"."select" VALUES (1, 'x', 'y', 'z');
CREATE TABLE "Weird Schema"."say ""hi""" (id integer);
CREATE TABLE "Weird Schema"."it's" (id integer);
CREATE TABLE "Weird Schema"."-rf" (id integer);
CREATE TABLE "Weird Schema"."a.b" (id integer);
CREATE TABLE "Weird Schema"."100%s" (id integer);
CREATE TABLE "Weird Schema"."$HOME;`id`" (id integer);
CREATE TABLE "Weird Schema"." leading and trailing " (id integer);
CREATE TABLE "Weird Schema"."back\slash" (id integer);
CREATE TABLE "Weird Schema"."line
break" (id integer);
CREATE TABLE "Weird Schema".U&"slon \+01F418" (id integer);
CREATE TABLE "Weird Schema"."таблица" ("столбец" integer);
CREATE TABLE "Weird Schema"."sixty-three bytes is as long as a name can be, no more than that" (id integer);
INSERT INTO "Weird Schema"."say ""hi""" VALUES (1);
INSERT INTO "Weird Schema"."it's" VALUES (2);
INSERT INTO "Weird Schema"."-rf" VALUES (3);
INSERT INTO "Weird Schema"."a.b" VALUES (4);
INSERT INTO "Weird Schema"."100%s" VALUES (5);
INSERT INTO "Weird Schema"."$HOME;`id`" VALUES (6);
INSERT INTO "Weird Schema"." leading and trailing " VALUES (7);
INSERT INTO "Weird Schema"."back\slash" VALUES (8);
INSERT INTO "Weird Schema"."line
break" VALUES (9);
INSERT INTO "Weird Schema".U&"slon \+01F418" VALUES (10);
INSERT INTO "Weird Schema"."таблица" VALUES (11);
CREATE SEQUENCE "Weird Schema"."sequence ""q""";

-- Sequences: never called, called, counting down, at its end.
CREATE SEQUENCE never_called START 5;
CREATE SEQUENCE called;
SELECT nextval('called'), nextval('called');
CREATE SEQUENCE down AS smallint INCREMENT -3 START 100 MINVALUE -32768 MAXVALUE 100 CYCLE;
SELECT nextval('down'), nextval('down');
CREATE SEQUENCE at_its_end MAXVALUE 3 CACHE 5;
SELECT setval('at_its_end', 3);
CREATE SEQUENCE not_yet;
SELECT setval('not_yet', 77, false);

-- Constraints, indexes, statistics.
CREATE TABLE bookings (
  room integer, during tstzrange NOT NULL, EXCLUDE USING gist (during WITH &&), CONSTRAINT "not empty" CHECK (NOT isempty(during))
);
INSERT INTO bookings SELECT i, tstzrange(timestamptz '2026-01-01 00:00+00' + i * interval '1 day', timestamptz '2026-01-01 12:00+00' + i * interval '1 day') FROM generate_series(1, 20) AS i;
CREATE TABLE hens (id integer PRIMARY KEY, egg integer);
CREATE TABLE eggs (id integer PRIMARY KEY, hen integer REFERENCES hens DEFERRABLE INITIALLY DEFERRED);
INSERT INTO hens VALUES (1, 1), (2, NULL);
INSERT INTO eggs VALUES (1, 1), (2, 2);
ALTER TABLE hens ADD CONSTRAINT hens_egg FOREIGN KEY (egg) REFERENCES eggs ON DELETE SET NULL DEFERRABLE;
ALTER TABLE eggs ADD CONSTRAINT few CHECK (id < 1000) NOT VALID;
CREATE INDEX "by what" ON documents USING gin (b jsonb_path_ops);
CREATE INDEX ON texts USING hash (a);
CREATE INDEX ON texts (lower(b) text_pattern_ops DESC NULLS LAST) INCLUDE (c) WHERE b IS NOT NULL;
CREATE UNIQUE INDEX ON duplicates (a) WHERE a > 2;
CREATE STATISTICS columns_together (dependencies, ndistinct) ON a, b FROM columns;
ALTER TABLE columns ADD PRIMARY KEY (id);
ALTER TABLE columns CLUSTER ON columns_pkey;
ALTER TABLE columns REPLICA IDENTITY FULL;

-- Functions, operators, aggregates, casts, text search.
CREATE FUNCTION add_one(i integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT i + 1';
CREATE FUNCTION tricky(text) RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  -- '; DROP TABLE "x"; --
  RETURN $1 || $q$ it's $$ $q$;
END $body$;
CREATE FUNCTION several(OUT a integer, OUT b text) RETURNS SETOF record LANGUAGE sql AS $$ SELECT 1, 'x' UNION ALL SELECT 2, NULL $$;
CREATE FUNCTION modern(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a * 2; END;
CREATE PROCEDURE touch() LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CREATE AGGREGATE product(double precision) (SFUNC = float8mul, STYPE = double precision, INITCOND = '1');
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq, COMMUTATOR = ===);
CREATE FUNCTION mood_number(mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT array_position(enum_range(NULL::zoo.mood), $1) $$;
CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE COLLATION copy_of_c FROM "C";

-- Views, rules, triggers.
CREATE VIEW moods AS SELECT id, a AS mood, mood_number(a) AS number FROM own_types;
CREATE VIEW checked AS SELECT * FROM empty WHERE id > 0 WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW countdown (n) AS VALUES (3) UNION ALL SELECT n - 1 FROM countdown WHERE n > 0;
CREATE VIEW outer_view AS SELECT m.*, c.n FROM moods AS m, countdown AS c;
CREATE MATERIALIZED VIEW filled AS SELECT a, count(*) FROM duplicates GROUP BY a;
CREATE UNIQUE INDEX ON filled (a);
CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM duplicates WITH NO DATA;
CREATE TABLE audit (id integer GENERATED ALWAYS AS IDENTITY, what text, row_was jsonb);
CREATE RULE noted AS ON DELETE TO birds DO ALSO INSERT INTO audit (what) VALUES ('bird left: ' || OLD.name);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO zoo.audit (what, row_was) VALUES (TG_OP, to_jsonb(OLD));
  RETURN NEW;
END $$;
-- Were it on during a restore, it would add rows.
CREATE TRIGGER "note it" AFTER INSERT OR UPDATE OR DELETE ON duplicates FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE TRIGGER off BEFORE UPDATE ON animals FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION note_change();
ALTER TABLE animals DISABLE TRIGGER off;
CREATE CONSTRAINT TRIGGER deferred AFTER UPDATE ON hens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change();
UPDATE duplicates SET b = 'changed' WHERE a = 2;
CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE DEBUG 'ddl: %', TG_TAG; END $$;
CREATE EVENT TRIGGER note_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION note_ddl();

-- Row security, forced upon the owner too: a reader who may not see a row must not count it as gone.
CREATE TABLE secrets (id integer PRIMARY KEY, owner text, a text);
INSERT INTO secrets SELECT i, CASE WHEN i % 2 = 0 THEN 'alice' ELSE 'bob' END, md5(i::text) FROM generate_series(1, 50) AS i;
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "own rows" ON secrets FOR ALL TO PUBLIC USING (owner = current_user) WITH CHECK (owner = current_user);
GRANT USAGE ON SCHEMA zoo TO PUBLIC;
GRANT SELECT, UPDATE (a) ON secrets TO PUBLIC;
REVOKE EXECUTE ON FUNCTION add_one(integer) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA zoo GRANT SELECT ON TABLES TO PUBLIC;

-- Large objects: empty, text, over one page of 2 KB, with a hole.
SELECT lo_create(900001);
SELECT lo_from_bytea(900002, 'a large object');
SELECT lo_from_bytea(900003, (SELECT string_agg(sha256(i::text::bytea), '') FROM generate_series(1, 5000) AS i));
SELECT lo_from_bytea(900004, 'start');
SELECT lo_put(900004, 100000, 'far away');
COMMENT ON LARGE OBJECT 900002 IS 'with a comment';
GRANT SELECT ON LARGE OBJECT 900002 TO PUBLIC;

CREATE PUBLICATION some_changes FOR TABLE numbers, texts WITH (publish = 'insert, update');
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 150000 THEN
    EXECUTE 'CREATE PUBLICATION fewer_changes FOR TABLE zoo.own_types WHERE (id > 1), TABLES IN SCHEMA "Weird Schema"';
    EXECUTE 'CREATE UNIQUE INDEX nulls_are_equal ON zoo.empty (a) NULLS NOT DISTINCT';
  END IF;
  IF EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') THEN
    EXECUTE $i$CREATE COLLATION zoo.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)$i$;
    EXECUTE 'CREATE TABLE zoo.collated (a text COLLATE zoo.no_case UNIQUE)';
    EXECUTE $i$INSERT INTO zoo.collated VALUES ('Straße'), ('éa'), ('EB')$i$;
  END IF;
END $$;

COMMENT ON TABLE numbers IS 'numbers; ''quoted'', "double", $$dollars$$, тоже';
COMMENT ON COLUMN columns."select" IS 'a keyword';
COMMENT ON FUNCTION tricky(text) IS E'two\nlines';
COMMENT ON INDEX "by what" IS 'an index';
COMMENT ON TYPE mood IS 'a type';
RESET search_path;
