# The store hides the newest backup: the host that made it knows of it.
. ops/faults/hostile/lib.sh
start_server
psql -qX -c "CREATE TABLE t AS SELECT 'old' AS a" app
instance
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
sleep 1
psql -qX -c "UPDATE t SET a = 'new'" app
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
last=$(newest .manifest.json)
rm -f "${last%.manifest.json}".*
bmm restore-drill && ! grep -qiE 'newest|newer|missing|gone' "$out" && taken "the drill proves the one before, and says nothing"
bmm verify --from OFF && ! grep -qiE 'newest|newer|missing|gone' "$out" && taken "verify says that all is well"
held "noticed: $(grep -oE 'msg=.*' "$out" | head -n 1 | cut -c1-120)"
