# shellcheck shell=bash
# What a script says, in one form: steps and troubles go to stderr, results to stdout.

say() { printf '%s\n' "$*" >&2; }

# One line that says what failed, and a hint that says what to do about it.
die() {
  say "${0##*/}: $1"
  if [ $# -gt 1 ]; then say "hint: $2"; fi
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The comment at the head of the script is its help.
help_and_exit() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit 0
}
