import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cri, RUNNING } from '../../../packages/shim-service/test/fixtures/cri.ts';
import { IMAGE } from '../../../packages/shim-service/test/fixtures/image-by-hand.ts';
import { eventsOf, groupsOf } from '../../../packages/shim-service/test/fixtures/v2-group.ts';
import { v2Program } from '../../../packages/shim-service/test/fixtures/v2-program.ts';
import { BenchDaemon } from '../../bench/v2-daemon.ts';
import { importPodImage } from '../../bench/v2-pods.ts';
import { leftovers, removeLeftovers, untilNothingIsLeft } from '../../leftovers.ts';

/** When the work is in its middle. */
const KILL_MS = 2_000;

const EVENTS_MS = 50;
const EVENTS_TRIES = 600;

/** What is played. */
export interface PodsOptions {
  /** How many pods, each of pause and one container. */
  readonly pods: number;
  /** Whether the process that serves all of them is killed, once while they are made and once while they are removed. */
  readonly kill: boolean;
  /** Whether the stock shim has them. */
  readonly stock: boolean;
  readonly log: (line: string) => void;
}

/** What one step of all pods came to. */
type Step = (pod: number) => Promise<void>;

/** Makes so many pods at once, runs a command in each, and removes them at once. @returns what went wrong. */
export async function playPods({ pods, kill, stock, log }: PodsOptions): Promise<string[]> {
  const problems: string[] = [];
  const program = await v2Program();
  const base = await mkdtemp('/run/shimwright-pods-');
  const token = path.basename(base);
  const daemon = await BenchDaemon.start(base, program.file);
  const address = path.join(base, 'c.sock');
  const podIds = new Map<number, unknown>();
  const containerIds = new Map<number, unknown>();
  const configOf = (pod: number) => ({
    metadata: { name: `pod-${pod}`, uid: `${token}-${pod}`, namespace: 'default' },
    linux: { cgroupParent: `/${token}`, securityContext: { namespaces: { network: 2 } } },
  });
  const all = async (what: string, step: Step, pidsToKill?: () => readonly number[]) => {
    const start = performance.now();
    const work = Array.from({ length: pods }, (_, pod) => step(pod));
    const killer = pidsToKill && killOnce(pidsToKill, start, log);
    const ends = await Promise.allSettled(work);
    await killer;
    const failed = ends.filter((end) => end.status === 'rejected').map(({ reason }) => String(reason));
    problems.push(...new Set(failed.map((words) => `${what}: ${words}`)));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    log(`${what}: ${pods - failed.length} of ${pods} in ${seconds} s`);
  };
  const servers = () => groupsOf(token).flatMap(({ server }) => server ?? []);
  try {
    await importPodImage(daemon);
    const make: Step = async (pod) => {
      const config = configOf(pod);
      const runtimeHandler = stock ? 'peer' : 'ours';
      podIds.set(pod, (await cri(address, 'RunPodSandbox', { config, runtimeHandler }))['id']);
      const container = {
        metadata: { name: 'main' },
        image: { image: IMAGE },
        command: ['/bin/sleep', '3600'],
      };
      const request = { podId: podIds.get(pod), config: container, podConfig: config };
      containerIds.set(pod, (await cri(address, 'CreateContainer', request))['id']);
      await cri(address, 'StartContainer', { id: containerIds.get(pod) });
    };
    await all('made', make, kill ? servers : undefined);
    log(`shims: ${memoryOf(token)}`);
    await all('a command in each', async (pod) => {
      const id = containerIds.get(pod);
      const { exitCode = 0 } = await cri(address, 'ExecSync', { id, cmd: ['/bin/true'], timeout: 60 });
      if (exitCode !== 0) throw new Error(`the command ended with ${exitCode}`);
      const { status } = await cri(address, 'ContainerStatus', { id });
      if ((status as { state?: number }).state !== RUNNING) throw new Error('the container does not run');
    });
    const remove: Step = async (pod) => {
      const id = podIds.get(pod);
      await cri(address, 'StopPodSandbox', { id });
      await cri(address, 'RemovePodSandbox', { id });
    };
    await all('removed', remove, kill ? servers : undefined);
    if (groupsOf(token).length > 0) log(`shims, without a pod: ${memoryOf(token)}`);
    // Without a daemon that takes them, they would hold up the end of the shims.
    for (let tries = 0; eventsOf(token).length > 0 && tries < EVENTS_TRIES; tries += 1)
      await delay(EVENTS_MS);
  } finally {
    await daemon.stop();
    await untilNothingIsLeft(token);
    // The cgroup of the pods is the kubelet's to remove.
    problems.push(...leftovers(token).filter((left) => !left.startsWith('cgroup') || !left.endsWith(token)));
    await removeLeftovers(token, base);
    await program.remove();
  }
  return problems;
}

/** Kills the processes that serve, in the middle of the work. */
async function killOnce(
  pids: () => readonly number[],
  start: number,
  log: (line: string) => void,
): Promise<void> {
  await delay(KILL_MS);
  for (const pid of pids()) {
    process.kill(pid, 'SIGKILL');
    log(`killed ${pid} after ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

/** How many processes are shims of these pods, and what they have for themselves. */
function memoryOf(token: string): string {
  const shims = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isShim(name, token))
    .map(privateKilobytes);
  const kilobytes = shims.reduce((sum, each) => sum + each, 0);
  return `${shims.length} processes, ${(kilobytes / 1024).toFixed(1)} MB of private memory`;
}

function isShim(pid: string, token: string): boolean {
  const line = contentOf(`/proc/${pid}/cmdline`);
  return line.includes(token) && /containerd-shim-runc-v2|shimwright-shim-v2/.test(line);
}

function privateKilobytes(pid: string): number {
  const lines = contentOf(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_\w+: +(\d+) kB$/gm);
  return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has ended
  }
}
