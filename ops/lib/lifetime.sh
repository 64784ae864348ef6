# shellcheck shell=bash
# Nothing that a script starts outlives it. What has to be undone is said when it is done (at_exit) and is undone
# in reverse order on every way out: the end, an error, Ctrl-C, SIGTERM, SIGHUP.

undo=()
child=
scratch=

at_exit() {
  local words
  printf -v words '%q ' "$@"
  undo=("$words" "${undo[@]}")
}

# Runs one long command so that a signal to this script is answered at once: bash waits for a command in the
# foreground before it looks at its traps, but not for `wait`.
run() {
  local code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

# stop PID [SIGNAL]: asks, waits up to 30 s, then insists. Only for this script's own children.
stop() {
  local pid=$1 tries=300
  kill -s "${2:-TERM}" "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  kill -s KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

undo_all() {
  trap '' INT TERM HUP
  trap - EXIT
  if [ -n "$child" ]; then stop "$child"; fi
  local words
  for words in "${undo[@]}"; do
    eval "$words" || true
  done
}

trap undo_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# A new directory that is gone at the end. /var/tmp, because /tmp may be kept in memory; its path is short enough
# for a Unix socket (107 bytes).
new_scratch_dir() {
  scratch=$(mktemp -d "/var/tmp/bmm-${0##*/}.XXXXXX")
  at_exit rm -rf "$scratch"
}
