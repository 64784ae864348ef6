# shellcheck shell=bash
# What the tests of rsync: and rclone: stores need. Their sshd is one of their own, on a port of its own; that of the
# machine is neither started, stopped nor looked at.

need_remotes() {
  need_command ssh openssh-client
  need_command rsync
  if ! have rclone && { ! install_packages rclone || ! have rclone; }; then skip rclone "it cannot be installed here"; fi
  if [ ! -x /usr/sbin/sshd ] && { ! install_packages openssh-server || [ ! -x /usr/sbin/sshd ]; }; then
    skip rsync "openssh-server cannot be installed here"
  fi
}
