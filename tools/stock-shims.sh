#!/bin/sh
# Fetches the containerd shims of later Debian releases, which run on Debian 12 as well, without installing them:
#   tools/stock-shims.sh DIRECTORY
# Afterwards STOCK_SHIMS=DIRECTORY has the tests of shim-client and runtime-v2 try them.
set -eu
directory=${1:?a directory for them is missing}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)

# A release, and the version of containerd that it has.
for pair in trixie:1.7 forky:2.1; do
  release=${pair%:*}
  version=${pair#*:}
  [ ! -x "$directory/$version/usr/bin/containerd-shim-runc-v2" ] || continue
  apt=$(mktemp -d)
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" >"$apt/sources.list"
  # A release that is still being made may have lists that are out of date.
  apt_get() {
    apt-get -qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists" \
      -o "Dir::Cache=$apt" -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root "$@"
  }
  apt_get update
  (cd "$apt" && apt_get download containerd)
  dpkg -x "$apt"/containerd_*.deb "$directory/$version"
  rm -r "$apt"
done
