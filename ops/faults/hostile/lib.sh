# shellcheck shell=bash
# For attacks: a server of their own, an instance of bmm on it, and the words to end with. Run from the top of the project.
#
#   start_server             a scratch cluster; psql, createdb and the like find it. Its log is $server/log
#   traps FILE...            runs SQL as role mallory, who owns database app and nothing else
#   instance KEY=VALUE...    settings for bmm, in $home/bmm.env: database app, backups in $home/backups, off-site in $home/store
#   bmm COMMAND...           the packaged bmm with them, its output in $out; ends with its exit code
#   newest ENDING            the newest file off-site that ends so
#   edit FILE SCRIPT         changes JSON file FILE by Python statements on the variable d
#   held WHY, taken WHAT, lacks WHAT   end the attack
set -u
. ops/lib/say.sh
. ops/lib/packages.sh
: "${pg_bin:=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)")}"
work=$(mktemp -d /var/tmp/bmm-hostile.XXXXXX)
server=$work/server home=$work/home out=$work/out tmp=$work/tmp
server_user=()
mkdir -m 755 "$home" && mkdir -m 700 "$home/backups" "$home/store" && mkdir -m 1777 "$tmp" && chmod 755 "$work"

finish() {
  if [ -d "$server/data" ]; then "${server_user[@]}" "$pg_bin/pg_ctl" -D "$server/data" -m immediate stop >/dev/null 2>&1; fi
  rm -rf "$work"
}
trap finish EXIT
held() { echo "$*" && exit 0; }
taken() { echo "$*" && exit 1; }
lacks() { echo "$*" && exit 77; }

start_server() {
  mkdir "$server"
  if is_root; then
    chown postgres "$server"
    server_user=(setpriv --reuid postgres --regid postgres --clear-groups)
  fi
  (cd / && "${server_user[@]}" "$pg_bin/initdb" -D "$server/data" -U postgres -A trust --no-sync --locale=C.UTF-8 -E UTF8 >/dev/null) || lacks "no server"
  (cd / && "${server_user[@]}" "$pg_bin/pg_ctl" -D "$server/data" -w -l "$server/log" \
    -o "-c listen_addresses='' -c unix_socket_directories=$server -c fsync=off" start >/dev/null) || lacks "no server"
  export PGHOST=$server PGUSER=postgres
  PATH=$pg_bin:$PATH
  psql -qX -c "CREATE ROLE mallory LOGIN" -c "CREATE DATABASE app OWNER mallory" postgres
}

traps() {
  local file
  { echo 'SET ROLE mallory;' && for file in "$@"; do cat "$file" && echo; done; } | psql -qX -v ON_ERROR_STOP=1 app >"$work/traps" 2>&1 \
    || lacks "the traps could not be set: $(tail -n 1 "$work/traps")"
}

instance() {
  printf '%s\n' "PGHOST=$server" PGPORT=5432 PGUSER=postgres BMM_DATABASES=app "BMM_PG_BIN=$pg_bin" "BMM_BACKUP_DIR=$home/backups" \
    "BMM_STATE_DIR=$home/state" "BMM_TEMP_DIR=$tmp" BMM_MIN_FREE=0 "BMM_STORE_OFF=file://$home/store" BMM_BACKUP_REMOTE=OFF "$@" >"$home/bmm.env"
  chmod 600 "$home/bmm.env"
}

bmm() {
  local command=$1
  shift
  env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 JAVA_HOME="${JAVA_HOME:-}" target/bmm "$command" --env-file "$home/bmm.env" "$@" >"$out" 2>&1
}

newest() { find "$home/store" -name "*$1" | sort | tail -n 1; }

edit() {
  python3 - "$1" "$2" <<'P'
import hashlib, json, sys
with open(sys.argv[1]) as f: d = json.load(f)
def sha(path): return hashlib.sha256(open(path, 'rb').read()).hexdigest()
def size(path): return len(open(path, 'rb').read())
exec(sys.argv[2])
with open(sys.argv[1], 'w') as f: json.dump(d, f)
P
}

superuser() { [ "$(psql -qXAt -c "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'" postgres)" = t ]; }
