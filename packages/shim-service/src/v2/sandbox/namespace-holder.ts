import { closeSync, openSync, readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { makePipe, type ProcessIdentity, processStat, spawnProcess } from '@shimwright/linux-native';
import { workerIn } from '@shimwright/shim-host';
import { TtrpcError } from '@shimwright/ttrpc';
import { killQuietly } from './kill-quietly.ts';
import type { PodNamespaces } from './pod-namespaces.ts';

/** How long a holder may take to begin: it waits for nothing but the kernel. */
const BEGIN_MS = 10_000;

/** How long it is waited for the end of those that were killed. */
const STRAY_MS = 5;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

// Runs in the namespaces. The first process of a pid namespace is handed the orphans of all its containers: it is a shell, which
// reaps them while it waits.
const HOLD = `
hostname=$1 kind=$2
shift 2
[ -z "$hostname" ] || printf %s "$hostname" >/proc/sys/kernel/hostname || exit 1
while [ "$#" -gt 0 ]; do
  printf %s "$2" >"/proc/sys/$1" || exit 1
  shift 2
done
if [ "$kind" = pid ]; then
  sh -c 'while :; do sleep 2147483647 & wait; done' >/dev/null 2>&1 &
  echo "holds $!"
else
  echo "holds $$"
  exec sleep 2147483647 >/dev/null 2>&1
fi
`;

/**
 * Starts a process that does nothing but be in the namespaces of a pod, so that they last, and containers find them by its id. It
 * takes the place of a pause container, and needs no image and no OCI runtime.
 *
 * @throws {TtrpcError} `FAILED_PRECONDITION` with the words of the program that could not make them.
 */
export async function holdNamespaces(pod: PodNamespaces, bundle: string): Promise<ProcessIdentity> {
  const opened: number[] = [];
  let output: Socket | undefined;
  let child: number;
  try {
    const nothing = openSync('/dev/null', 'r');
    opened.push(nothing);
    const [readEnd, writeEnd] = makePipe();
    opened.push(writeEnd);
    output = new Socket({ fd: readEnd, readable: true, writable: false });
    const args = ['-c', 'exec "$@"', 'sh', ...commandOf(pod)];
    const descriptors = [nothing, writeEnd, writeEnd];
    child = spawnProcess({ command: '/bin/sh', args, env: { PATH }, cwd: bundle, descriptors });
  } catch (error) {
    output?.destroy();
    throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
  // Each of them closes it when it has done its work.
  const late = setTimeout(() => killQuietly(child), BEGIN_MS);
  const said = await text(output).finally(() => clearTimeout(late));
  const pid = Number(/^holds (\d+)$/m.exec(said)?.[1] ?? 0);
  const startTime = pid === 0 ? undefined : processStat(pid)?.startTime;
  if (startTime !== undefined) return { pid, startTime };
  killQuietly(child);
  throw TtrpcError.status(
    'FAILED_PRECONDITION',
    `the namespaces of the sandbox cannot be made: ${said.trim()}`,
  );
}

/**
 * Ends what a process that was killed has started to hold the namespaces of a pod, and did not note: it works in the bundle, and is the
 * keeper's by now, as no bystander is who looks at a bundle.
 */
export async function endStrayHolders(bundle: string): Promise<void> {
  const late = Date.now() + BEGIN_MS;
  // One may be starting another.
  for (let found = straysIn(bundle); found.length > 0 && Date.now() < late; found = straysIn(bundle)) {
    for (const pid of found) killQuietly(pid);
    await delay(STRAY_MS);
  }
}

function straysIn(bundle: string): number[] {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  return pids.filter(
    (pid) => processStat(pid)?.parent === process.ppid && workerIn(bundle, pid) !== undefined,
  );
}

function commandOf({ netns, hasUts, hasIpc, hasPid, hostname, sysctls }: PodNamespaces): string[] {
  const own = [...(hasUts ? ['--uts'] : []), ...(hasIpc ? ['--ipc'] : []), ...(hasPid ? ['--pid'] : [])];
  return [
    ...(netns === '' ? [] : ['nsenter', `--net=${netns}`, '--']),
    ...(own.length === 0 ? [] : ['unshare', ...own, '--']),
    ...['sh', '-c', HOLD, 'shimwright-sandbox', hostname, hasPid ? 'pid' : '', ...sysctls.flat()],
  ];
}
