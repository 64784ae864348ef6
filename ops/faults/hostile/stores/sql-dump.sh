# The same with a dump in SQL text, with its manifest beside it and without.
. ops/faults/hostile/lib.sh
start_server
psql -qX -c 'CREATE TABLE t AS SELECT 1 AS a' app
instance BMM_DUMP_FORMAT=plain
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
file=$(newest .sql.gz) manifest=$(newest .manifest.json)
for line in "\\! id >$tmp/mark" "\\copy t to program 'id >$tmp/mark'" "\\o |id >$tmp/mark" "SELECT 1 \\g |id >$tmp/mark" "\\i /etc/passwd" "\\connect postgres"; do
  gunzip -c "$file" | sed -e '/^\\restrict/d' -e '/^\\unrestrict/d' >"$work/plain"
  { printf '%s\n' "$line" && cat "$work/plain"; } >"$work/sql"
  gzip -c "$work/sql" >"$work/gz" && cp "$work/gz" "$file"
  edit "$manifest" "d['dump'].update(bytes=size('$file'), sha256=sha('$file'))"
  for options in restore-drill 'restore-drill --allow-unsigned' "restore --dump $work/sql --into other --yes" "restore-drill --dump $work/sql"; do
    # shellcheck disable=SC2086
    bmm $options
    [ -e "$tmp/mark" ] && taken "bmm $options ran: $line"
    psql -qX -c 'DROP DATABASE IF EXISTS other' postgres 2>/dev/null
  done
  cp "$work/plain" "$work/back" && gzip -c "$work/back" >"$file"
done
held "nothing was run"
