#!/usr/bin/env bash
# Copies into the root directory $1 what reaches a registry from this machine: the settings of npm, apt and TLS, and
# where names are looked up. Into its /etc/environment go the variables that have to do with them.
set -euo pipefail
root=$1

# A file keeps its path, and is what a link leads to.
copy() {
  [ -f "$1" ] || return 0
  mkdir -p "$root$(dirname "$1")"
  cp --dereference "$1" "$root$1"
}

copy /etc/hosts
copy /etc/resolv.conf
copy /etc/npmrc
[ ! -f ~/.npmrc ] || install -D -m 600 ~/.npmrc "$root/root/.npmrc"
for file in /etc/apt/auth.conf /etc/apt/auth.conf.d/* /usr/local/share/ca-certificates/* /etc/ssl/certs/ca-certificates.crt; do
  copy "$file"
done
if command -v npm >/dev/null; then
  # The global settings have another place with each way to install npm; Debian's own has this.
  settings=$(npm config get globalconfig)
  [ ! -f "$settings" ] || install -D -m 600 "$settings" "$root/etc/npmrc"
fi
mkdir -p "$root/etc/apt/apt.conf.d"
apt-config dump 2>/dev/null | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/99host" || true

env | grep -iE '^(https?_proxy|no_proxy|all_proxy|npm_config_[a-z_]*|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir|curl_ca_bundle|git_ssl_cainfo)=' |
  while IFS='=' read -r name value; do
    copy "$value"
    printf '%s=%s\n' "$name" "$value"
  done >"$root/etc/environment"
