#!/bin/sh
# Drops one event into the spool of a manager, whole. A shim runs this for each event, as
#   publish.sh --address DAEMON publish --topic TOPIC --namespace NAMESPACE
# with a serialized google.protobuf.Any on stdin, and forgets the event if this fails.
# The spool is the directory DAEMON.events. An event in it is a file named by its number: a line with the
# topic, a line with the namespace, then the Any.
set -eu
umask 077

while [ $# -gt 0 ]; do
  case $1 in
    --address) address=$2 ;;
    --topic) topic=$2 ;;
    --namespace) namespace=$2 ;;
  esac
  shift
done
spool=${address:?--address is missing}.events
[ -d "$spool" ] || mkdir -p "$spool"
cd "$spool"

# Unique among the living; what one that was killed left under this name is overwritten.
whole=.$$
trap 'rm -f "$whole"' EXIT
{ printf '%s\n%s\n' "${topic:?--topic is missing}" "${namespace:?--namespace is missing}" && cat; } >"$whole"

# A link under the number after the highest: it fails where another publisher was faster, and a rename would
# replace the other's event. One shim publishes one event after another, so these keep their order.
tries=0
while
  highest=0
  for file in [0-9]*; do
    [ "$file" = '[0-9]*' ] || [ "$file" -le "$highest" ] || highest=$file
  done
  ! ln "$whole" "$((highest + 1))" 2>/dev/null
do
  tries=$((tries + 1))
  if [ "$tries" -ge 1000 ]; then
    echo "publish.sh: cannot add an event to $spool" >&2
    exit 1
  fi
done
