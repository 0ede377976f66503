import { constants } from 'node:os';
import { blockSignal, setCloseOnExec, setSubreaper } from '@shimwright/linux-native';

/** The descriptors of the process that serves a group, which its keeper holds for the next one. */
export const INHERITED = { socket: 3, store: [4, 5] } as const;

/** Where the serving process says that it ends, or is well; the keeper sees its death by the end of it. */
export const ALIVE = 6;

/** How often the serving process may die, before it has been well again, until it is given up. */
const MAX_DEATHS = 10;

// It waits for a child only when it is told to, which takes all that have ended: so the status of a process whose parent was killed
// stays for the next one to read. dash would look for them before it starts a program, whenever it has got a SIGCHLD: that is blocked.
// What it says goes to the log of the group.
const KEEPER = `
alive=$1
shift
deaths=0
while [ "$deaths" -lt ${MAX_DEATHS} ]; do
  "$@" ${ALIVE}>"$alive" &
  while IFS= read -r word; do
    case $word in
      end) exit 0 ;;
      well) deaths=0 ;;
      reap) (:) ;;
    esac
  done <"$alive"
  deaths=$((deaths + 1))
  echo "the process of the shims has died ($deaths); another one goes on" >&2
done
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
  for (const fd of [INHERITED.socket, ...INHERITED.store]) setCloseOnExec(fd, false);
  const server = [process.execPath, ...process.execArgv, ...args];
  process.execve?.('/bin/sh', ['sh', '-c', KEEPER, 'shimwright-keeper', fifo, ...server], process.env);
}
