# shellcheck shell=bash
# A filesystem in memory for what the tests write. Their servers make and remove some hundred files with each database,
# and what a disk's filesystem does for these took a fifth of a run's processor time.

memory_disk=/tmp
least_available_gb=6

# Sets memory_disk: where there is neither the memory nor the right to mount one, it stays the usual directory.
need_memory_disk() {
  local available dir
  available=$(awk '/^MemAvailable:/ { print int($2 / 1024 / 1024) }' /proc/meminfo)
  if [ "$available" -lt "$least_available_gb" ] || ! can_be_root; then return 0; fi
  # The names of Unix sockets in it must not grow too long.
  dir=$(mktemp -d /tmp/bmm.XXXXXX)
  at_exit rmdir "$dir"
  # Only what is used is taken: at most some 2 GB were seen.
  if as_root mount -t tmpfs -o size=$((available / 2))g,mode=1777 bmm-test "$dir" 2>/dev/null; then
    at_exit as_root umount -l "$dir"
    memory_disk=$dir
  fi
}
