#!/usr/bin/env bash
# Makes the directory $1 the root of this process, and runs the rest of the arguments in the checkout there. For
# `unshare --mount --pid --fork`: it is the first process of its namespace, takes in the orphans, and with its end all
# of them end.
set -euo pipefail
root=$1
shift
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc -o nosuid,nodev,noexec proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs dev/shm
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
# `/tmp` stays a directory, as Debian 12 has it: on a disk much goes another way than in memory.
mkdir -p run/lock run/old
pivot_root . run/old
# From here on the programs are those of the bare system, and so is what a script finds in the environment.
exec env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  ${CI:+CI="$CI"} ${SHIMWRIGHT_SLOW:+SHIMWRIGHT_SLOW="$SHIMWRIGHT_SLOW"} ${TERM:+TERM="$TERM"} /bin/bash -c '
  umount --lazy /run/old && rmdir /run/old
  set -a && . /etc/environment && set +a
  cd /srv/shimwright
  # Not the last command, which the shell would give its place to: somebody has to take in the orphans.
  "$@"
  exit "$?"' bash "$@"
