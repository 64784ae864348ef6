-- Immutable functions that the planner evaluates as whoever reads the table: in expressions and predicates of indexes, in
-- extended statistics, in CHECK constraints.
CREATE SCHEMA planned;
CREATE FUNCTION planned.index_expression(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN trap.sprung('index expression'); END $$;
CREATE FUNCTION planned.index_predicate(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN trap.sprung('index predicate'); END $$;
CREATE FUNCTION planned.statistics(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN trap.sprung('statistics'); END $$;
CREATE FUNCTION planned.check_constraint(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN trap.sprung('check constraint'); END $$;
CREATE TABLE planned.t (a int CHECK (a >= planned.check_constraint(0)), b int);
INSERT INTO planned.t SELECT i, i FROM generate_series(1, 100) i;
CREATE INDEX ON planned.t ((a + planned.index_expression(1)));
CREATE INDEX ON planned.t (a) WHERE a > planned.index_predicate(0);
DO $$ BEGIN EXECUTE 'CREATE STATISTICS planned.st ON (a + planned.statistics(1)), b FROM planned.t'; EXCEPTION WHEN OTHERS THEN NULL; END $$;
ANALYZE planned.t;
