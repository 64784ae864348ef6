# An application's env file, which another user can write, must not make root run or read what they like.
. ops/faults/hostile/lib.sh
is_root || lacks "needs root"
start_server
echo top-secret-of-root >"$work/secret" && chmod 600 "$work/secret"
mkdir "$work/bin" && printf '#!/bin/sh\nid >%s\n' "$tmp/mark" >"$work/bin/pg_dump" && chmod -R 755 "$work/bin" && chown -R nobody "$work/bin"
for line in "BMM_PRE_HOOK=id >$tmp/mark" "BMM_POST_HOOK=id >$tmp/mark" "BMM_PG_BIN=$work/bin" "PGPASSWORD_FILE=$work/secret" "BMM_PROBE_X=cmd:id >$tmp/mark" \
  "BMM_LOG_FILE=$work/secret" "BMM_STATE_DIR=/etc/bmm-mallory" "BMM_DRILL_SQL=$work/secret"; do
  instance
  grep -v "^${line%%=*}=" "$home/bmm.env" >"$work/app.env" && echo "$line" >>"$work/app.env"
  chown nobody "$work/app.env" && chmod 600 "$work/app.env" && cp -p "$work/app.env" "$home/bmm.env"
  for command in backup uptime doctor restore-drill; do
    bmm "$command"
    [ -e "$tmp/mark" ] && taken "bmm $command ran it: $line"
    grep -q top-secret "$out" && taken "bmm $command shows a file of root's: $line"
  done
  grep -qx top-secret-of-root "$work/secret" || taken "a file of root's was written: $line"
  [ -e /etc/bmm-mallory ] && rm -rf /etc/bmm-mallory && taken "root made a directory where mallory wanted it: $line"
done
held "refused by name"
