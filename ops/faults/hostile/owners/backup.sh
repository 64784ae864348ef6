# Every trap of owners/*.sql: none of them is sprung by a backup or by doctor.
. ops/faults/hostile/lib.sh
start_server
traps ops/faults/hostile/owners/*.sql
grep -q SPRUNG "$server/log" || lacks "the traps do not work here"
before=$(wc -l <"$server/log")
instance
bmm doctor
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
sprung=$(tail -n "+$((before + 1))" "$server/log" | grep SPRUNG | head -n 1)
[ -z "$sprung" ] || taken "$sprung"
superuser && taken "mallory is a superuser"
held "no trap was sprung"
