# shellcheck shell=bash
# PostgreSQL's server programs, and scratch servers made from them: a data directory of their own, a Unix socket of
# their own, no TCP port. No cluster of this machine is made, started, stopped or touched.

pg_bin=

# The newest server installed: its directory of programs becomes pg_bin.
find_postgres() {
  local dir
  pg_bin=
  for dir in "${BMM_TEST_PG_BIN:-}" $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV) \
    "$(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)")"; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && [ -x "$dir/pg_dump" ]; then
      pg_bin=$dir
      return 0
    fi
  done
  return 1
}

need_postgres() {
  if ! find_postgres; then
    local conf=/etc/postgresql-common/createcluster.conf
    if can_install && [ ! -e "$conf" ]; then
      # Else Debian's package makes a cluster on port 5432.
      as_root mkdir -p "${conf%/*}"
      echo 'create_main_cluster = false' | as_root tee "$conf" >/dev/null
    fi
    if ! install_packages postgresql || ! find_postgres; then die "no PostgreSQL server programs on this machine"; fi
  fi
  need_command setpriv util-linux
}

pg_major() { "$pg_bin/postgres" --version | sed -n 's/.*) \([0-9]*\).*/\1/p'; }

# The server refuses to run as root.
server_user() {
  if ! is_root; then
    id -un
  elif getent passwd postgres >/dev/null; then
    echo postgres
  else
    echo nobody
  fi
}

# Should this script be killed outright, the kernel stops what runs in here with SIGQUIT (an immediate shutdown).
# Functions must not stand between: the parent whose death counts is the shell that forked.
as_server_user=()
choose_server_user() {
  as_server_user=(setpriv --pdeathsig QUIT)
  if is_root; then
    local user
    user=$(server_user)
    as_server_user+=(--reuid "$user" --regid "$(id -g "$user")" --init-groups)
  fi
}

# new_server_dir DIR: the server's own place inside a scratch directory.
new_server_dir() {
  mkdir -p "$1"
  if is_root; then
    chown "$(server_user)" "$1"
    # mktemp's 0700 would keep the server's user out.
    chmod 711 "$(dirname "$1")"
  fi
  chmod 700 "$1"
}

new_cluster() {
  choose_server_user
  (cd "$1" && "${as_server_user[@]}" "$pg_bin/initdb" -D "$1/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync >"$1/initdb.log" 2>&1) || {
    cat "$1/initdb.log" >&2
    die "initdb failed"
  }
}

server_pid=

# start_server DIR [postgres options]: DIR/data is the cluster, DIR the directory of the socket, DIR/log the log.
start_server() {
  local dir=$1 tries=600
  shift
  choose_server_user
  # A directory that the server's user may enter.
  cd "$dir" || return
  "${as_server_user[@]}" "$pg_bin/postgres" -D "$dir/data" -c listen_addresses= -c unix_socket_directories="$dir" "$@" \
    >>"$dir/log" 2>&1 &
  server_pid=$!
  cd "$OLDPWD" || return
  at_exit stop_server QUIT
  until "$pg_bin/pg_isready" -q -h "$dir"; do
    if ! kill -0 "$server_pid" 2>/dev/null || [ "$tries" -eq 0 ]; then
      tail -n 20 "$dir/log" >&2
      die "the scratch server did not start"
    fi
    sleep 0.1
    tries=$((tries - 1))
  done
}

# stop_server [SIGNAL]: INT leaves a data directory that can be copied; QUIT is for one that is thrown away.
stop_server() {
  if [ -n "$server_pid" ]; then stop "$server_pid" "${1:-INT}"; fi
  server_pid=
}

# For filling a cluster that holds nothing that cannot be made again.
start_server_fast_and_unsafe() {
  local dir=$1
  shift
  start_server "$dir" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
    -c max_wal_size=4GB -c maintenance_work_mem=256MB -c autovacuum=off "$@"
}
