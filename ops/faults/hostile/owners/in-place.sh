# While a backup reads a large table, mallory renames a schema and puts a view, and a table with a function in an index, in the place of
# the tables that come next, and, from 18 on, a table in the place of a sequence: before, pg_dump itself reads sequences by name.
. ops/faults/hostile/lib.sh
start_server
traps ops/faults/hostile/owners/00-spy.sql /dev/stdin <<'S'
CREATE SCHEMA a; CREATE SCHEMA s; CREATE SCHEMA q;
CREATE TABLE a.big AS SELECT i, repeat(md5(i::text), 5) AS t FROM generate_series(1, 700000) i;
CREATE TABLE s.one(m text); INSERT INTO s.one VALUES ('good');
CREATE TABLE s.two(m text); INSERT INTO s.two VALUES ('good');
CREATE SEQUENCE q.n;
S
instance
before=$(wc -l <"$server/log")
bmm backup &
job=$!
psql -qX app >/dev/null 2>&1 <<'S'
SET ROLE mallory;
DO $$ BEGIN
  FOR i IN 1..4000 LOOP
    EXIT WHEN (SELECT count(*) FROM pg_locks WHERE relation = 's.one'::regclass AND granted AND pid <> pg_backend_pid()) >= 2;
    PERFORM pg_sleep(0.005);
  END LOOP;
  ALTER SCHEMA s RENAME TO s_old;
  CREATE SCHEMA s;
  CREATE VIEW s.one AS SELECT trap.sprung('view in place')::text AS m;
  CREATE TABLE s.two(m text);
  CREATE INDEX ON s.two ((length(m) + trap.sprung('index in place')));
  IF current_setting('server_version_num')::int < 180000 THEN RETURN; END IF;
  DROP SEQUENCE q.n;
  CREATE TABLE q.n(last_value bigint, is_called bool);
  CREATE INDEX ON q.n ((last_value + trap.sprung('table in the place of a sequence')));
END $$;
S
made=$(wc -l <"$server/log")
wait "$job"
code=$?
# What mallory's own session ran does not count: it is not a superuser's.
sprung=$(tail -n "+$((before + 1))" "$server/log" | grep 'SPRUNG.*superuser t' | head -n 1)
[ -z "$sprung" ] || taken "$sprung"
held "nothing of it was read (exit code $code, $((made - before)) lines in between)"
