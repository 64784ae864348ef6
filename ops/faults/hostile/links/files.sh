# Another user, who can write to a directory that root's bmm uses, puts links to root's files under the names of bmm's.
. ops/faults/hostile/lib.sh
is_root || lacks "needs root"
start_server
instance
mkdir -m 700 "$home/state"
for name in "$home/backups/.bmm.lock" "$home/state/history.jsonl" "$home/state/incidents.json" "$home/store/.probe" "$tmp/bmm-dump-x"; do
  for how in -s ''; do
    echo precious >"$work/precious" && chmod 600 "$work/precious"
    directory=$(dirname "$name")
    chown nobody "$directory"
    rm -f "$name"
    # A hard link of root's file is one that the kernel may refuse to others; some do not.
    ln $how "$work/precious" "$name"
    chown -h nobody "$name" 2>/dev/null
    chown root "$work/precious"
    for options in backup verify 'prune' 'restore-drill' doctor; do bmm $options; done
    grep -qx precious "$work/precious" || taken "$name, linked to a file of root's ($how): it says now: $(head -c 80 "$work/precious")"
    [ "$(stat -c %a:%U "$work/precious")" = 600:root ] || taken "$name: mode or owner of root's file changed: $(stat -c %a:%U "$work/precious")"
    rm -f "$name" && chown root "$directory"
  done
done
held "left alone"
