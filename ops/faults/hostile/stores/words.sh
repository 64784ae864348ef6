# Fields of a manifest that would speak to a terminal, forge a line, or be pasted into a shell.
. ops/faults/hostile/lib.sh
start_server
psql -qX -c 'CREATE TABLE t AS SELECT 1 AS a' app
instance
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
manifest=$(newest .manifest.json)
cp "$manifest" "$work/manifest"
for field in "d['database'].update(owner=e, serverVersion=e)" "d['database'].update(collate=e)" "d['database'].update(extensions={e: '1'})" "d.update(instance=e)" \
  "d['fingerprint']['tables'][0].update(name=e)" "d['fingerprint'].update(hash=e)" "d.update(restore=e)" "d.update(verified=[e])"; do
  cp "$work/manifest" "$manifest"
  edit "$manifest" "e = 'x; touch /tmp/pasted \x1b]0;owned\x07\u202e\nverified: everything = source'; $field"
  for options in "restore --from OFF --database app --into other --yes --allow-unsigned" "restore --from OFF --database app --dry-run --allow-unsigned" \
    "restore-drill --allow-unsigned" "verify --from OFF --allow-unsigned" "verify --from OFF" "restore-drill --json --allow-unsigned"; do
    # shellcheck disable=SC2086
    bmm $options
    code=$?
    grep -qaP '[\x1b\x07]|\xe2\x80\xae' "$out" && taken "bmm $options prints control characters ($field)"
    grep -qa '^verified: everything' "$out" && taken "bmm $options prints a forged line ($field)"
    grep -qaE "(apt-get install|locale-gen|createdb|psql|pg_restore) [^'\"]*x; touch" "$out" && taken "bmm $options prints a command to paste ($field)"
    [ "$code" -eq 70 ] && taken "bmm $options: internal error ($field)"
    psql -qX -c 'DROP DATABASE IF EXISTS other' postgres 2>/dev/null
  done
done
held "escaped or refused"
