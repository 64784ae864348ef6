# shellcheck shell=bash
# Real filesystems that are soon full.

need_small_disks() {
  small_disk BMM_TEST_SMALL_DISK 24m
  small_disk BMM_TEST_CLUSTER_DISK 120m
}

# small_disk VARIABLE SIZE
small_disk() {
  if in_memory "$2"; then
    export "$1=$mounted"
  else
    skip "disk of $2" "no filesystem can be mounted here"
  fi
}
