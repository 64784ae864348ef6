# shellcheck shell=bash
# Filesystems in memory.

# in_memory SIZE: sets mounted to a new one that anyone may write to, as the tests' PostgreSQL runs as another user; it is
# gone at the end.
in_memory() {
  if ! can_be_root; then return 1; fi
  # The names of Unix sockets in it must not grow too long.
  mounted=$(mktemp -d /tmp/bmm.XXXXXX)
  at_exit rmdir "$mounted"
  as_root mount -t tmpfs -o size="$1",mode=1777 bmm-test "$mounted" || return 1
  at_exit as_root umount -l "$mounted"
}

memory_disk=/tmp
least_available_gb=6

# For what the tests write: their servers make and remove some hundred files with each database, and what a disk's
# filesystem does for these took a fifth of a run's processor time. Sets memory_disk; where there is neither the memory nor
# the right to mount one, it stays the usual directory.
need_memory_disk() {
  local available
  available=$(awk '/^MemAvailable:/ { print int($2 / 1024 / 1024) }' /proc/meminfo)
  # Only what is used is taken: at most some 2 GB were seen.
  if [ "$available" -ge "$least_available_gb" ] && in_memory $((available / 2))g; then memory_disk=$mounted; fi
}
