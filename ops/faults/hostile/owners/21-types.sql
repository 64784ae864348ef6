-- Types with casts, constraints and functions of their owner's.
CREATE SCHEMA typed;
CREATE TYPE typed.pair AS (a int, b text);
CREATE TYPE typed.mood AS ENUM ('well', 'not well');
CREATE FUNCTION typed.pair_to_text(typed.pair) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM trap.sprung('cast of a composite to text'); RETURN 'x'; END $$;
CREATE FUNCTION typed.pair_to_int(typed.pair) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN trap.sprung('cast of a composite to integer'); END $$;
CREATE FUNCTION typed.mood_to_text(typed.mood) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM trap.sprung('cast of an enum to text'); RETURN 'x'; END $$;
CREATE CAST (typed.pair AS text) WITH FUNCTION typed.pair_to_text(typed.pair) AS IMPLICIT;
CREATE CAST (typed.pair AS int) WITH FUNCTION typed.pair_to_int(typed.pair) AS IMPLICIT;
CREATE CAST (typed.mood AS text) WITH FUNCTION typed.mood_to_text(typed.mood) AS IMPLICIT;
CREATE FUNCTION typed.domain_check(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM trap.sprung('domain check'); RETURN true; END $$;
CREATE DOMAIN typed.small AS int CHECK (typed.domain_check(VALUE));
CREATE FUNCTION typed.difference(int, int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM trap.sprung('subtype_diff of a range'); RETURN $1 - $2; END $$;
CREATE TYPE typed.span AS RANGE (subtype = int, subtype_diff = typed.difference);
CREATE TABLE typed.t (p typed.pair, m typed.mood, s typed.small, r typed.span, ps typed.pair[], d int GENERATED ALWAYS AS (trap.sprung('generated column')) STORED);
INSERT INTO typed.t (p, m, s, r, ps) VALUES ((1, 'x'), 'well', 3, '[1,5)', ARRAY[(2, 'y')::typed.pair]);
CREATE FUNCTION typed.add(typed.small, int) RETURNS typed.small LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE typed.total(int) (SFUNC = typed.add, STYPE = typed.small, INITCOND = '0');
