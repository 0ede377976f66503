#!/bin/sh
# suite-engines.sh DIRECTORY SUITE: puts the containerd and the Docker of a release of Debian into DIRECTORY/SUITE/bin. Nothing
# is installed, and no service is started.
set -eu
tools=$(cd "$(dirname "$0")/.." && pwd)
directory=$1 suite=$2
mkdir -p "$directory"
exec 9>"$directory/lock"
flock 9
[ ! -e "$directory/$suite" ] || exit 0

work=$(mktemp -d "$directory/.$suite.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/packages" "$work/root" "$work/$suite/bin"
: >"$work/status"
echo "deb $("$tools/apt-repository.sh") $suite main" >"$work/sources.list"

apt() {
  # The Release file of a suite that nobody updates any more has expired.
  apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/state" \
    -o Dir::State::status="$work/status" -o Dir::Cache="$work" -o Acquire::Check-Valid-Until=false -o Acquire::Retries=2 \
    -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}
apt update
cd "$work/packages"
# Before Debian 13, the client comes with the daemon.
case $suite in bookworm) apt download containerd docker.io ;; *) apt download containerd docker.io docker-cli ;; esac
for package in *.deb; do dpkg --extract "$package" "$work/root"; done
for program in containerd containerd-shim-runc-v2 ctr docker docker-init dockerd; do
  for place in bin sbin; do
    [ ! -e "$work/root/usr/$place/$program" ] || mv "$work/root/usr/$place/$program" "$work/$suite/bin"
  done
done
mv "$work/$suite" "$directory/$suite"
