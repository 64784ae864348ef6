# shellcheck shell=bash
# target/bmm, run on a scratch server with nothing but the settings of one env file: what this machine's own
# environment and /etc/bmm say about real databases, stores and phones is kept out of it.

: "${pg_bin:=}"

# write_env_file FILE SOCKET_DIR DATABASES HOME [KEY=VALUE...]
write_env_file() {
  local file=$1 socket=$2 databases=$3 home=$4
  shift 4
  # bmm makes no backup directory of its own accord: a missing one may be a disk that is not mounted.
  mkdir -p "${file%/*}" "$home/backups"
  {
    printf '# Written by %s for its scratch server.\n' "ops/${0##*/}"
    printf '%s\n' "PGHOST=$socket" PGPORT=5432 PGUSER=postgres "BMM_DATABASES=$databases" "BMM_PG_BIN=$pg_bin"
    printf '%s\n' "BMM_BACKUP_DIR=$home/backups" "BMM_STATE_DIR=$home/state" "$@"
  } >"$file"
}

# bmm_environment: the words of `env` in front of bmm.
bmm_environment=()
choose_bmm_environment() {
  local name
  bmm_environment=(env -i)
  for name in PATH HOME JAVA_HOME LANG TERM TMPDIR NO_COLOR BMM_JAVA_OPTS; do
    if [ -n "${!name:-}" ]; then bmm_environment+=("$name=${!name}"); fi
  done
}

run_bmm() {
  choose_bmm_environment
  run "${bmm_environment[@]}" target/bmm "$@"
}
