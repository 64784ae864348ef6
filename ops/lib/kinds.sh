# shellcheck shell=bash
# Kinds of data to measure with, of a size in GB: what pgbench makes (or leaves, once it was run), web events, hex
# hashes, or a third of each.

: "${pg_bin:=}"

# make_kind DIR KIND GB: a database of that kind, named after it.
make_kind() {
  local dir=$1 kind=$2 size=$3 sql=("$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$1" -U postgres -d "$2")
  "$pg_bin/createdb" -h "$dir" -U postgres "$kind"
  case $kind in
    # One unit of scale is 15 MB with its index, and 2 MB of history.
    pgbench-used)
      "$pg_bin/pgbench" -q -i -I dt -h "$dir" -U postgres "$kind" >/dev/null 2>&1
      run "${sql[@]}" -v scale="$(product "$size" 60)" -f ops/bench/pgbench.sql >/dev/null
      "$pg_bin/pgbench" -q -i -I p -h "$dir" -U postgres "$kind" >/dev/null 2>&1
      ;;
    # All balances 0 and nothing but blanks: compression has next to nothing to do, and COPY is the limit.
    pgbench) run "$pg_bin/pgbench" -q -i -I dtGp -s "$(product "$size" 66.7)" -h "$dir" -U postgres "$kind" >/dev/null 2>&1 ;;
    events) run "${sql[@]}" -v rows="$(product "$size" 2700000)" -f ops/bench/events.sql >/dev/null ;;
    hex) run "${sql[@]}" -v rows="$(product "$size" 2250000)" -f ops/bench/hex.sql >/dev/null ;;
    mixed)
      run "$pg_bin/pgbench" -q -i -I dtGp -s "$(product "$size" 22.2)" -h "$dir" -U postgres "$kind" >/dev/null 2>&1
      run "${sql[@]}" -v rows="$(product "$size" 900000)" -f ops/bench/events.sql >/dev/null
      run "${sql[@]}" -v rows="$(product "$size" 750000)" -f ops/bench/hex.sql >/dev/null
      ;;
    *) die "unknown kind $kind" "pgbench, pgbench-used, events, hex, mixed" ;;
  esac
  # Hint bits are set and pages are written now, not by whoever reads first.
  "${sql[@]}" -c 'VACUUM (ANALYZE)' -c CHECKPOINT >/dev/null
}

product() { awk "BEGIN { printf \"%d\", $1 * $2 }"; }
