#!/bin/sh
# The program that containerd starts for a runtime of the name `io.containerd.shimwright.v2`. While a process serves the group of
# a container, `start` has to say where that is, and nothing else; after a container was deleted by a call, `delete` has nothing
# to do. Both take the shell a tenth of the time that Node needs to begin. Whatever is not simple is left to Node.
set -f
LC_ALL=C

# More bytes than options could have, and fewer than a variable of the environment may.
most=100000

command='' namespace='' address='' id='' bundle='' flag='' stdin=''
for arg; do
  case $flag$arg in
    -namespace | -address | -id | -bundle | -publish-binary) flag=$arg= ;;
    -namespace=*) namespace=$arg flag='' ;;
    -address=*) address=$arg flag='' ;;
    -id=*) id=$arg flag='' ;;
    -bundle=*) bundle=$arg flag='' ;;
    -publish-binary=*) flag='' ;;
    -debug) ;;
    start | delete) command=$arg ;;
    *) command=other && break ;;
  esac
done

# Sets `began` to when a process was started, by which it is told from a later one of its id. It fails for one that has ended.
began_of() {
  IFS= read -r stat <"/proc/$1/stat" || return 1
  stat=${stat##*) }
  case $stat in [ZX]*) return 1 ;; esac
  # shellcheck disable=SC2086 # the fields of proc_pid_stat(5), of which the state is the first here
  set -- $stat
  began=${20}
}

# Sets `flat` to the address as the name of a directory has it.
flatten() {
  IFS=/
  # shellcheck disable=SC2086
  set -- $1
  IFS=%
  flat=$*
  unset IFS
}

# Sets `kind` to which containers share a process, as the options on stdin say. It fails for what only Node understands. No byte is
# lost: there is no NUL in such a message. It is read by another program, since the shell takes a system call for each byte.
read_kind() {
  kind=${SHIMWRIGHT_GROUP:-namespace}
  [ ! -t 0 ] || return 0
  body=$(printf '\032')
  stdin=$(head -c "$((most + 1))" && echo .)
  stdin=${stdin%.}
  [ "${#stdin}" -le "$most" ] || return 1
  case $stdin in
    '' | *containerd.runc.v1.Options* | *containerd.linux.runc.CreateOptions*) return 0 ;;
    *"$body"[cC]group* | *[!cC]group*) ;;
    *"$body"* | *.v1.Options) return 0 ;;
    *) return 1 ;; # a file that is named
  esac
  case $stdin in
    *group*group*) return 1 ;;
    *group*=*\"namespace\"* | *\"group\":*\"namespace\"*) kind=namespace ;;
    *group*=*\"pod\"* | *\"group\":*\"pod\"*) kind=pod ;;
    *group*=*\"container\"* | *\"group\":*\"container\"*) kind=container ;;
    *) return 1 ;;
  esac
}

# Sets `group` to the id of the group, which is that of the pod as the annotations of the container have it.
find_group() {
  case $kind in
    namespace) group='' ;;
    container) group=$id ;;
    pod)
      for name in io.containerd.runc.v2.group io.kubernetes.cri.sandbox-id; do
        group=$(sed -n "s/.*\"$name\": *\"\([^\"\\\\]*\)\".*/\1/p" config.json)
        [ -z "$group" ] || return 0
      done
      group=$id
      ;;
    *) return 1 ;;
  esac
}

quick_start() {
  case $namespace$id in *[!A-Za-z0-9_.-]*) return 1 ;; esac
  case $address in *[!A-Za-z0-9_./:-]*) return 1 ;; esac
  [ -n "$namespace" ] && [ -n "$id" ] && [ -z "$bundle" ] || return 1
  flatten "$address"
  # Without a process of this daemon's namespace there is nothing to be quick about, and stdin is left to Node.
  case ${SHIMWRIGHT_GROUP:-namespace} in namespace) [ -d "/run/shimwright/$namespace@@$flat" ] || return 1 ;; esac
  read_kind && find_group || return 1
  case $group in *[!A-Za-z0-9_.-]*) return 1 ;; esac
  directory=/run/shimwright/$namespace@$group@$flat
  [ -d "$directory/starts" ] || return 1
  # Whoever ends the process removes `server` first, and then looks whether anybody has come before that.
  printf '' >"$directory/starts/$id" || return 1
  read -r pid since socket <"$directory/server" && began_of "$pid" && [ "$began" = "$since" ] || return 1
  read -r since form <"$directory/daemons/$PPID" && began_of "$PPID" && [ "$began" = "$since" ] || return 1
  printf '%s' "$socket" >address || return 1
  case $form in
    plain) printf '%s' "$socket" ;;
    json) printf '{"version":3,"address":"%s","protocol":"ttrpc"}' "$socket" ;;
    *) return 1 ;;
  esac
}

quick_delete() {
  IFS= read -r response <"${bundle:-.}/shim.deleted" || return 1
  # shellcheck disable=SC2059 # it is written as what printf takes
  printf "$response"
}

case $command in
  start)
    # A shell ends where it cannot start a process.
    exec 9>&2
    trap 'echo "containerd-shim-shimwright-v2: no process can be started" >&9' EXIT
    quick_start 2>/dev/null && trap - EXIT && exit 0
    trap - EXIT
    exec 9>&-
    if [ "${#stdin}" -gt "$most" ]; then
      echo "containerd-shim-shimwright-v2: the bytes on stdin are more than options can have" >&2
      exit 1
    fi
    ;;
  delete) ! quick_delete 2>/dev/null || exit 0 ;;
esac

program=shimwright-shim-v2.cjs source=main.ts
case $command in start) program=shimwright-start-v2.cjs source=start-main.ts ;; esac
directory=${0%/*}
if ! [ -f "$directory/$program" ]; then
  self=$(readlink -f "$0")
  directory=${self%/*}
fi
node=${SHIMWRIGHT_NODE:-node}
if ! command -v "$node" >/dev/null; then
  echo "containerd-shim-shimwright-v2 needs Node.js: put $node on the PATH of the daemon, or its path into SHIMWRIGHT_NODE" >&2
  exit 1
fi
if [ -n "$stdin" ]; then
  SHIMWRIGHT_STDIN=$stdin
  export SHIMWRIGHT_STDIN
fi
# While the package is developed, it runs from its sources.
if ! [ -f "$directory/$program" ] && [ -f "$directory/v2/$source" ]; then
  exec "$node" --disable-sigusr1 --conditions=@shimwright/source "$directory/v2/$source" "$@"
fi
# What a burst of containers has left is collected at 8 MB already, where V8 by itself waits until there is much more of it.
exec "$node" --disable-sigusr1 --max-semi-space-size=1 --initial-old-space-size=8 --expose-gc "$directory/$program" "$@"
