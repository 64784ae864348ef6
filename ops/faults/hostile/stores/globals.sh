# The store's owner adds a command of psql's, and a statement, to the roles, and corrects the hash in the manifest.
. ops/faults/hostile/lib.sh
start_server
instance
for addition in '\! id >MARK' "COPY (SELECT 1) TO PROGRAM 'id >MARK';" 'ALTER ROLE mallory SUPERUSER;' "/* */ \\! id >MARK"; do
  rm -rf "$home/store"/* && rm -f "$home"/backups/*
  bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
  file=$(newest .globals.sql) manifest=$(newest .manifest.json)
  printf '%s\n' "${addition//MARK/$tmp/mark}" >>"$file"
  edit "$manifest" "d['globals'].update(bytes=size('$file'), sha256=sha('$file'))"
  for options in 'restore-drill' 'restore-drill --allow-unsigned' 'restore --from OFF --database app --into other --globals --yes' \
    'restore --from OFF --database app --into other --globals --yes --allow-unsigned'; do
    # shellcheck disable=SC2086
    bmm $options
    [ -e "$tmp/mark" ] && taken "bmm $options ran: $addition"
    superuser && taken "bmm $options ran as a superuser: $addition"
    psql -qX -c 'DROP DATABASE IF EXISTS other' postgres 2>/dev/null
  done
done
held "nothing was run"
