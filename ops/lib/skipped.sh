# shellcheck shell=bash
# What this machine truly cannot have is left out by name, loudly, in the last lines of the run.

skipped=()
skip() {
  skipped+=("skipped: $1: $2")
  say "skipped: $1: $2"
}

# shellcheck disable=SC2034
test_cache=${XDG_CACHE_HOME:-$HOME/.cache}/bmm-test
