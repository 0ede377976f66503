#!/bin/sh
# The whole check, as the README's test command runs it: system packages, build and types, tests, lint.
set -eu
cd "$(dirname "$0")/.."

# Only root can install, and only root can run containers; whatever is missing elsewhere is shown as a
# skipped test, or fails under CI=true.
tools/setup.sh containerd runc crun busybox-static golang-go golang-github-containerd-containerd-dev \
  golang-github-containerd-ttrpc-dev strace uidmap python3 skopeo umoci docker-registry openssl \
  containernetworking-plugins iproute2 e2fsprogs || [ "${CI:-}" != true ]

# One checker: each further one would look at the types that a package has in common with others once more.
tsc -b --checkers 1
vitest run --config tools/vitest.config.ts
biome check --config-path=tools/lint.json --error-on-warnings .
