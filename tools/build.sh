#!/bin/sh
# Builds the packages that are given as folders, or all; what is not TypeScript is copied.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- packages/*
tsc -b "$@"
cp packages/shim-client/src/publish.sh packages/shim-client/dist/
