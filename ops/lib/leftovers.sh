# shellcheck shell=bash
# Processes that the tests left behind: known by a mark in the environment that they inherited from this run, so that
# nobody else's is ever taken for one.

leftover_mark=

mark_run() {
  leftover_mark=$$-$(date +%s%N)
  export BMM_TEST_RUN=$leftover_mark
  at_exit stop_leftovers
}

leftovers() {
  local file pid
  for file in /proc/[0-9]*/environ; do
    pid=${file#/proc/}
    pid=${pid%/environ}
    if [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] && tr '\0' '\n' 2>/dev/null <"$file" | grep -qx "BMM_TEST_RUN=$leftover_mark"; then
      echo "$pid"
    fi
  done 2>/dev/null
}

stop_leftovers() {
  local pid
  for pid in $(leftovers); do
    if [ -d "/proc/$pid" ]; then
      say "left running, stopped now: $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-200)"
      kill -s KILL "$pid" 2>/dev/null || true
    fi
  done
}
