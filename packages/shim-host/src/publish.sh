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

# The number after the highest is claimed by making the hidden file of that name, which fails where another publisher
# was faster (-C). An event of that number that is there by now is of one who was faster still. One shim publishes one event after another, so these keep their order. Nothing but cat and
# mv is a process of its own, since each takes a millisecond.
set -C
tries=0
until
  highest=0
  for file in [0-9]* .[0-9]*; do
    number=${file#.}
    case $number in *[!0-9]*) continue ;; esac
    [ "$number" -le "$highest" ] || highest=$number
  done
  claimed=$((highest + 1))
  { true >".$claimed"; } 2>/dev/null && { [ ! -e "$claimed" ] || { rm -f ".$claimed" && false; }; }
do
  tries=$((tries + 1))
  if [ "$tries" -ge 1000 ]; then
    echo "publish.sh: cannot add an event to $spool" >&2
    exit 1
  fi
done

# A shell ends where it cannot start a process, so it becomes the one that removes the file; `.` is refused, so that it fails.
trap 'exec rm -f ".$claimed" . 2>/dev/null' EXIT
{ printf '%s\n%s\n' "${topic:?--topic is missing}" "${namespace:?--namespace is missing}" && cat; } >>".$claimed"
mv ".$claimed" "$claimed"
trap - EXIT
