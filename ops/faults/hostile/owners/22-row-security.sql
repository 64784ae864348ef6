-- A policy and a rule whose functions would run as whoever reads.
CREATE SCHEMA guarded;
CREATE FUNCTION guarded.policy() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.sprung('row security policy'); RETURN true; END $$;
CREATE TABLE guarded.t (a int);
INSERT INTO guarded.t VALUES (1), (2);
ALTER TABLE guarded.t ENABLE ROW LEVEL SECURITY;
ALTER TABLE guarded.t FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON guarded.t USING (guarded.policy());
CREATE VIEW guarded.v AS SELECT trap.sprung('view') AS a;
CREATE MATERIALIZED VIEW guarded.m AS SELECT 1 AS a, trap.sprung('materialized view') AS b;
CREATE FUNCTION guarded.on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.sprung('trigger'); RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON guarded.t FOR EACH ROW EXECUTE FUNCTION guarded.on_change();
ALTER TABLE guarded.t ENABLE ALWAYS TRIGGER tr;
CREATE TABLE guarded.defaulted (a int DEFAULT trap.sprung('default'), b int);
INSERT INTO guarded.defaulted (b) VALUES (1);
