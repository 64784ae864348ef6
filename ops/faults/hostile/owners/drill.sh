# A drill restores mallory's code: it must find nothing to gain. Her CHECK function tries to become superuser, to run a program, to
# read bmm's settings and to remove its backups.
. ops/faults/hostile/lib.sh
start_server
chmod 755 "$home"
traps /dev/stdin <<S
CREATE SCHEMA s;
CREATE FUNCTION s.try(statement text) RETURNS void LANGUAGE plpgsql AS \$\$ BEGIN EXECUTE statement; EXCEPTION WHEN OTHERS THEN NULL; END \$\$;
CREATE FUNCTION s.fine(int) RETURNS bool LANGUAGE plpgsql AS \$\$
BEGIN
  IF current_database() = 'app' THEN RETURN true; END IF;
  PERFORM s.try('RESET ROLE'), s.try('RESET SESSION AUTHORIZATION'), s.try('SET ROLE bmm_drill'), s.try('SET SESSION AUTHORIZATION bmm_drill');
  PERFORM s.try('COPY (SELECT 1) TO PROGRAM ''{ id -un; cat $home/bmm.env; ls $home/backups; ls /proc/1/root/etc; env; } >$tmp/loot 2>&1; rm -f $home/backups/*''');
  PERFORM s.try('ALTER ROLE mallory SUPERUSER');
  RETURN true;
END \$\$;
CREATE TABLE s.t(a int CHECK (s.fine(a)));
INSERT INTO s.t VALUES (1);
S
instance BMM_STORE_X=file:///nowhere BMM_STORE_X_SECRET_KEY=mallory-may-not-know
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
kept=$(find "$home/backups" -type f | wc -l)
bmm restore-drill || taken "the drill failed: $(tail -n 2 "$out" | head -n 1)"
grep -q . "$tmp/loot" 2>/dev/null && taken "a program ran: $(head -n 3 "$tmp/loot" | tr '\n' ' ')"
[ "$(find "$home/backups" -type f | wc -l)" -ge "$kept" ] || taken "backups are gone"
superuser && taken "mallory is a superuser of production"
held "nothing gained"
