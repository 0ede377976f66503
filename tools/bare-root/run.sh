#!/usr/bin/env bash
# Runs a command as a stranger would: in a copy of this checkout on a Debian 12 that has nothing but Node.js, npm
# and git. It has its own files, mounts and processes. It shares the kernel and the network of this machine, and what
# reaches a registry from here (settings.sh).
# The first run makes the system, with mmdebstrap; a tar of it is kept for a week.
#
#     tools/bare-root/run.sh npx --yes pnpm@12 test
set -euo pipefail
tools=$(cd "$(dirname "$0")/.." && pwd)
here=$tools/bare-root

SUITE=bookworm
PACKAGES=ca-certificates,nodejs,npm,git

run_here() {
  echo "No bare Debian on this machine: $1. Running here: ${command[*]}"
  cd "$tools/.."
  exec "${command[@]}"
}

# The mounts of a run are in a namespace of its own, which ends with it. A directory that has mounts all the same, or is
# on another file system in part, keeps its files.
remove_root() {
  if grep -qE " $1(/[^ ]*)? " /proc/self/mountinfo; then
    echo "$1 has mounts, so it was left" >&2
  else
    rm -rf --one-file-system -- "$1"
  fi
}

# What a run that was killed has left.
remove_old_roots() {
  local old
  find /var/tmp -maxdepth 1 -name 'shimwright-root.*' -mmin +600 | while IFS= read -r old; do remove_root "$old"; done
}

command=("$@")
[ "$(id -u)" = 0 ] || run_here 'it takes root'
grep -q '^ID=debian$' /etc/os-release 2>/dev/null || run_here 'it takes Debian'
unshare --mount --pid --fork --kill-child true 2>/dev/null || run_here 'it takes mount and PID namespaces'
"$tools/setup.sh" mmdebstrap || run_here 'mmdebstrap cannot be installed'
image=$("$here/image.sh" "$SUITE" "$PACKAGES") || run_here 'mmdebstrap made none'

remove_old_roots
root=$(mktemp -d /var/tmp/shimwright-root.XXXXXXXX)
trap 'remove_root "$root"' EXIT
trap 'exit 143' TERM INT HUP # after the step that is running, whose files would come too late otherwise
chmod 755 "$root"
tar -C "$root" -xf "$image" --numeric-owner
"$here/settings.sh" "$root"
# Not below /root, where only root may go: some tests run as another user.
"$here/checkout.sh" "$root/srv/shimwright"
# All of it is thrown away, so that no package has to be on the disk before the next one.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/thrown-away"

echo "In a bare Debian ($SUITE with $PACKAGES): ${command[*]}"
# However this script ends, its namespaces end with it, and so does each process in them.
setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
  "$here/enter.sh" "$root" "${command[@]}" </dev/null &
inside=$!
# The first process of the namespace has ended only when all others have, so that nobody writes any more.
stop() {
  xargs -r kill -KILL <"/proc/$inside/task/$inside/children" || true
  wait "$inside" || true
  exit 143
}
trap stop TERM INT HUP
wait "$inside"
