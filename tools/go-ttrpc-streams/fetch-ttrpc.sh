#!/bin/sh
# fetch-ttrpc.sh DIRECTORY: puts the Go sources of ttrpc 1.2, of a later release of Debian than 12, into DIRECTORY/src, as a
# GOPATH has them. Nothing is installed.
set -eu
tools=$(cd "$(dirname "$0")/.." && pwd)
directory=$1
mkdir -p "$directory"
exec 9>"$directory/lock"
flock 9
[ ! -e "$directory/src" ] || exit 0

work=$(mktemp -d "$directory/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/archives/partial"
echo "deb $("$tools/apt-repository.sh") trixie main" >"$work/sources.list"

apt() {
  # The Release file of a suite that nobody updates any more has expired.
  apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/state" \
    -o Dir::Cache="$work" -o Acquire::Check-Valid-Until=false -o Acquire::Retries=2 -o Acquire::Languages=none \
    -o APT::Sandbox::User=root "$@"
}
apt update
cd "$work"
apt download golang-github-containerd-ttrpc-dev
dpkg --extract golang-github-containerd-ttrpc-dev_*.deb unpacked
mv unpacked/usr/share/gocode/src "$directory/src"
