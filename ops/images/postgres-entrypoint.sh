#!/bin/sh
# Starts a throwaway server in a container, told the way people are used to: POSTGRES_PASSWORD, POSTGRES_USER,
# POSTGRES_DB, POSTGRES_INITDB_ARGS. Unlike what they are used to, the password is asked for on every way in, the Unix
# socket included, unless those arguments say otherwise. As in Docker's official image, it may be started as postgres, with
# nothing to write to but the data, /tmp and the directory of the socket.
set -eu
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
# Options alone are the server's, as in Docker's official image.
case ${1:-} in -*) set -- postgres "$@" ;; esac
if [ "${1:-}" != postgres ]; then exec "$@"; fi
as_postgres=
if [ "$(id -u)" = 0 ]; then as_postgres="setpriv --reuid postgres --regid postgres --init-groups --"; fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?has to be set}"
  password=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
  if [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    install -d -o postgres -g postgres -m 2775 /var/run/postgresql
    chown postgres "$password"
  else
    chmod 700 "$PGDATA"
  fi
  # shellcheck disable=SC2086
  $as_postgres initdb -U "$user" --pwfile="$password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync \
    ${POSTGRES_INITDB_ARGS:-}
  rm -f "$password"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  # Before anyone can connect from outside.
  $as_postgres pg_ctl -w -s -o "-c listen_addresses=" start
  if [ "$database" != postgres ]; then
    PGPASSWORD=$POSTGRES_PASSWORD psql -X -q -U "$user" -d postgres -v name="$database" <<'SQL'
CREATE DATABASE :"name";
SQL
  fi
  $as_postgres pg_ctl -w -s -m fast stop
fi
exec $as_postgres "$@"
