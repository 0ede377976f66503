#!/bin/sh
# Installs, on Debian as root, the system packages named as arguments, and says so; a package that is
# there already costs nothing. Elsewhere it names what is missing, with the command, and exits with 1.
set -eu
missing=
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing:$missing. On Debian, as root: apt-get install -y --no-install-recommends$missing" >&2
  exit 1
fi
echo "Installing with apt-get:$missing"
# A fresh machine has no package lists, and an old list names versions that are gone.
apt-get -qq update
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
