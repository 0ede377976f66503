#!/bin/sh
# Prints where this machine's apt has the release $1 from, or its own release; nothing where apt does not know it. A machine
# with a mirror of its own so uses that for other releases too.
set -eu
release=${1:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | while read -r uri name; do
  if [ "$name" = "$release" ]; then echo "$uri"; fi
done | sed -n 1p
