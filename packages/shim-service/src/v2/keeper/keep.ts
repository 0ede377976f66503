import { constants } from 'node:os';
import { blockSignal, setCloseOnExec, setSubreaper } from '@shimwright/linux-native';

/** The descriptors of the process that serves a group, which its keeper holds for the next one; by `pause`, it waits, see `makePause`. */
export const INHERITED = { socket: 3, store: [4, 5], pause: 6 } as const;

/** Where the serving process says that it ends, or is well; the keeper sees its death by the end of it. */
export const ALIVE = 6;

/** Where the keeper reads that. */
const WORDS = 7;

/** How often the serving process may die, before it has been well again, until it is given up. */
const MAX_DEATHS = 20;

/** The most seconds that are waited before it is started anew. It is at once the first times: no daemon is to notice. */
const LONGEST_PAUSE = 5;

// It waits for a child only when it is told to, which takes all that have ended: so the status of a process whose parent was killed
// stays for the next one to read. dash would look for them before it starts a program, whenever it has got a SIGCHLD: that is blocked.
// What it says goes to the log of the group.
//
// A shell ends where it cannot start a process, as there are too many of them just now; all that it holds would be gone. So its last
// act is to become a new one, which goes on with what was to be done.
const KEEPER = `
script=$1 alive=$2 deaths=$3 todo=$4
shift 4
pause() {
  IFS= read -r _ <&${INHERITED.pause}
}
trap '[ ! -p "$alive" ] || { pause; exec /bin/sh -c "$script" shimwright-keeper "$script" "$alive" "$deaths" "$todo" "$@"; }' EXIT
while [ "$deaths" -lt ${MAX_DEATHS} ]; do
  case $todo in
    start)
      "$@" ${ALIVE}>"$alive" ${WORDS}<&- &
      exec ${WORDS}<"$alive"
      ;;
    reap) (:) ;;
  esac
  todo=serve
  while IFS= read -r word <&${WORDS}; do
    case $word in
      end) trap - EXIT && exit 0 ;;
      well) deaths=0 ;;
      reap) todo=reap && (:) && todo=serve ;;
    esac
  done
  todo=start
  deaths=$((deaths + 1))
  echo "the process of the shims has died ($deaths); another one goes on" >&2
  pauses=2
  while [ "$pauses" -lt "$deaths" ] && [ "$pauses" -lt ${LONGEST_PAUSE + 2} ]; do
    pause
    pauses=$((pauses + 1))
  done
done
trap - EXIT
`;

/**
 * Becomes the keeper of a group: a shell of 0.2 MB, which starts the serving process, and starts it anew when that is killed. It is the
 * process that orphans are handed to, and it holds the socket and the store of connections, so that no daemon notices.
 *
 * @param fifo by which it sees the death of that process.
 * @param args of that process: its program, and what that is told.
 */
export function keep(fifo: string, args: readonly string[]): void {
  setSubreaper(true);
  blockSignal(constants.signals.SIGCHLD);
  for (const fd of [INHERITED.socket, ...INHERITED.store, INHERITED.pause]) setCloseOnExec(fd, false);
  const server = [process.execPath, ...process.execArgv, ...args];
  const own = [KEEPER, fifo, '0', 'start'];
  process.execve?.('/bin/sh', ['sh', '-c', KEEPER, 'shimwright-keeper', ...own, ...server], process.env);
}
