# shellcheck shell=bash
# The sample database, loaded once and kept as a copy of its data directory under target/.

: "${pg_bin:=}"
sample_database=sample

sample_cache() {
  local key
  key=$(cat ops/sample/*.sql | sha256sum | cut -c1-12)
  echo "target/quickstart/cluster-pg$(pg_major)-$key"
}

# sample_server DIR: a scratch server with the sample database in it.
sample_server() {
  local dir=$1 cache
  cache=$(sample_cache)
  new_server_dir "$dir"
  if [ -e "$cache/complete" ]; then
    cp -a --reflink=auto "$cache/data" "$dir/data"
    if is_root; then chown -R "$(server_user)" "$dir/data"; fi
    start_server "$dir" -c fsync=off -c autovacuum=off
    return 0
  fi
  say "loading the sample database"
  new_cluster "$dir"
  start_server_fast_and_unsafe "$dir"
  load_sample "$dir"
  stop_server INT
  mkdir -p target/quickstart
  rm -rf target/quickstart/cluster-*
  mkdir -p "$cache"
  cp -a --reflink=auto "$dir/data" "$cache/data"
  touch "$cache/complete"
  start_server "$dir" -c fsync=off -c autovacuum=off
}

# load_sample DIR [FILE]
load_sample() {
  "$pg_bin/psql" -X -q -h "$1" -U postgres -d postgres -c "CREATE DATABASE $sample_database"
  run "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$1" -U postgres -d "$sample_database" -f "${2:-ops/sample/sample.sql}" >/dev/null ||
    die "loading the sample database failed"
}
