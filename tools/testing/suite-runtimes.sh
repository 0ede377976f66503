#!/bin/sh
# suite-runtimes.sh DIRECTORY SUITE: puts the runc and the crun of another release of Debian into DIRECTORY/SUITE/bin,
# with the libraries they need. Nothing is installed: each is shown its own libraries in a mount namespace. Root only.
set -eu
tools=$(cd "$(dirname "$0")/.." && pwd)
directory=$1 suite=$2
mkdir -p "$directory"
exec 9>"$directory/lock"
flock 9
[ ! -e "$directory/$suite" ] || exit 0

work=$(mktemp -d "$directory/.$suite.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/archives/partial" "$work/$suite/bin"
: >"$work/status" # as if nothing were installed, so that all libraries come along
echo "deb $("$tools/apt-repository.sh") $suite main" >"$work/sources.list"

apt() {
  # The Release file of a suite that nobody updates any more has expired.
  apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/state" \
    -o Dir::State::status="$work/status" -o Dir::Cache="$work" -o Acquire::Check-Valid-Until=false -o Acquire::Retries=2 \
    -o Acquire::Languages=none -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}
apt update
apt --yes --download-only install runc crun
for package in "$work"/archives/*.deb; do dpkg --extract "$package" "$work/$suite"; done

for program in usr/sbin/runc usr/bin/crun; do
  name=${program##*/}
  # crun before 1.22 refuses a machine that mounts cgroups of both versions: it is shown those of version 1 alone.
  cat >"$work/$suite/bin/$name" <<SCRIPT
#!/bin/sh
exec unshare --mount --propagation private sh -c '
  root=$directory/$suite
  umount /sys/fs/cgroup/unified 2>/dev/null
  for libraries in "\$root"/usr/lib/*-linux-gnu; do mount --bind "\$libraries" "/usr/lib/\${libraries##*/}"; done
  exec "\$root/$program" "\$@"' $name "\$@"
SCRIPT
  chmod 755 "$work/$suite/bin/$name"
done
mv "$work/$suite" "$directory/$suite"
