#!/usr/bin/env bash
# Prints the path of a tar file: a minimal Debian of the suite $1 with the packages $2, separated by commas. It is made
# on the first call and again after a week, as root. What else is given goes to mmdebstrap.
set -euo pipefail
tools=$(cd "$(dirname "$0")/.." && pwd)
suite=$1 packages=$2
shift 2

# A machine with a mirror of its own uses that for the new system too.
sources() {
  local codename mirror security signed_by=/usr/share/keyrings/debian-archive-keyring.gpg option=
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  [ ! -e "$signed_by" ] || option="[signed-by=$signed_by] "
  mirror=$("$tools/apt-repository.sh" "$codename")
  security=$("$tools/apt-repository.sh" "$codename-security")
  [ -n "$mirror" ] || return 0 # mmdebstrap knows Debian's own
  echo "deb $option$mirror $suite main"
  case $suite in bookworm | trixie)
    echo "deb $option$mirror $suite-updates main"
    [ -z "$security" ] || echo "deb $option$security $suite-security main"
    ;;
  esac
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/shimwright
list=$(sources)
image=$cache/$suite-$(printf '%s\n' "$suite" "$packages" "$list" "$@" | sha256sum | cut -c 1-16).tar
mkdir -p "$cache"
find "$cache" -maxdepth 1 -name "$suite-*.tar" -mtime +6 -delete
if [ ! -e "$image" ]; then
  echo "Making a Debian ($suite) with $packages" >&2
  new=$(mktemp "$image.XXXXXXXX")
  trap 'rm -f "$new"' EXIT
  # It is put together in memory that is its own: hundreds of packages, each written to a disk for certain, take minutes. The cache may
  # be what that hides, so the file is opened before.
  printf '%s\n' "$list" | unshare --mount sh -c 'mount -t tmpfs -o mode=1777 tmpfs /tmp && TMPDIR=/tmp exec "$@"' sh \
    mmdebstrap --quiet --mode=root --format=tar --variant=minbase --include="$packages" \
    --aptopt='Acquire::Retries "3"' "$@" "$suite" - ${list:+-} >"$new"
  mv "$new" "$image"
fi
echo "$image"
