import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fewAtATime } from '../few-at-a-time.ts';
import { removeLeftovers } from '../leftovers.ts';
import { built } from './built.ts';
import { effort } from './effort.ts';
import { type Comparison, median, type SpaceComparison, type TimeComparison } from './turns.ts';
import { clientRows } from './v2-client.ts';
import { BenchDaemon } from './v2-daemon.ts';
import { importPodImage, podByCri } from './v2-pods.ts';

const RUNTIMES = { ours: 'io.containerd.shimwright.v2', peer: 'io.containerd.runc.v2' } as const;
const SIDES = ['peer', 'ours'] as const;
type Side = (typeof SIDES)[number];

const GIB = '1024';
const PODS = effort(30, 2);
const SINGLE_PODS = effort(100, 2);
/** What counts is what they take while they rest. */
const REST_MS = effort(3_500, 0);

/** Our shim of task v2 against the stock one, in turns under the same containerd. */
export async function run(): Promise<readonly Comparison[]> {
  await built('shim-service');
  const dist = path.join(import.meta.dirname, '../../packages/shim-service/dist');
  const base = await mkdtemp('/run/shimwright-bench-');
  const token = path.basename(base);
  const daemon = await BenchDaemon.start(base, path.join(dist, 'containerd-shim-shimwright-v2.sh'));
  try {
    const rows: Comparison[] = [];
    for (const side of SIDES) {
      await daemon.container(`${token}-${side}`, RUNTIMES[side], [], '/bin/true');
      await daemon.container(`${token}-stay-${side}`, RUNTIMES[side], [], '/bin/sleep', '3600');
      await daemon.container(
        `${token}-gib-${side}`,
        RUNTIMES[side],
        [],
        '/bin/dd',
        'if=/dev/zero',
        'bs=1M',
        `count=${GIB}`,
      );
      await daemon.call('Create', { id: `${token}-stay-${side}` });
      await daemon.call('Start', { id: `${token}-stay-${side}` });
    }
    rows.push(
      await inTurns('start, while the process of the group runs', 10, (side) => start(daemon, side, token)),
    );
    rows.push(
      await inTurns('whole life by the API of containerd 1.6', 15, (side) => daemon.life(`${token}-${side}`)),
    );
    rows.push(await inTurns('exec to its exit', 10, (side) => exec(daemon, `${token}-stay-${side}`)));
    rows.push(await atOnce(daemon, token));
    rows.push(
      await inTurns('a GiB of output through a FIFO', 3, (side) => output(daemon, `${token}-gib-${side}`)),
    );
    await importPodImage(daemon);
    rows.push(
      await inTurns('pod of pause and two containers by CRI, and its removal', 8, (side) =>
        podByCri(daemon, side, token),
      ),
    );
    for (const side of SIDES) await end(daemon, `${token}-stay-${side}`);
    rows.push(await memory(daemon, `${token}-pods`, PODS, 3));
    rows.push(await memory(daemon, `${token}-single`, SINGLE_PODS, 1));
    // Last of those with the daemon: the processes stay until the end.
    let cold = 0;
    rows.push(
      await inTurns('start, while no process of the group runs', 8, (side) => {
        cold += 1;
        return coldStart(daemon, side, `${token}-cold-${cold}`);
      }),
    );
    rows.push(...(await clientRows()));
    return rows;
  } finally {
    await daemon.stop();
    await removeLeftovers(token, base);
  }
}

async function inTurns(
  work: string,
  rounds: number,
  does: (side: Side) => Promise<unknown>,
): Promise<TimeComparison> {
  const times: Record<Side, number[]> = { ours: [], peer: [] };
  for (let round = 0; round <= effort(rounds); round += 1) {
    for (const side of SIDES) {
      const begin = process.hrtime.bigint();
      await does(side);
      if (round > 0) times[side].push(Number(process.hrtime.bigint() - begin)); // the first turn warms up
    }
  }
  const [oursNs, peerNs] = [median(times.ours), median(times.peer)];
  return { work, oursNs, peerNs, ratio: oursNs / peerNs };
}

/** The command `start` for a namespace in which there is no shim yet; what it started ends with the benchmark. */
async function coldStart(daemon: BenchDaemon, side: Side, id: string): Promise<void> {
  const cwd = path.join(daemon.base, id);
  await mkdir(cwd);
  await runShim(daemon, side, { id, namespace: id, cwd });
}

/** The command `start`, as containerd runs it, in the bundle of a container whose group is served. */
async function start(daemon: BenchDaemon, side: Side, token: string): Promise<void> {
  const id = `${token}-stay-${side}`;
  const cwd = path.join(daemon.base, 'state/io.containerd.runtime.v2.task/default', id);
  await runShim(daemon, side, { id, namespace: 'default', cwd });
}

interface ShimRun {
  readonly id: string;
  readonly namespace: string;
  readonly cwd: string;
}

async function runShim({ base }: BenchDaemon, side: Side, { id, namespace, cwd }: ShimRun): Promise<void> {
  const program =
    side === 'ours' ? path.join(base, 'bin/containerd-shim-shimwright-v2') : 'containerd-shim-runc-v2';
  const address = path.join(base, 'c.sock');
  const args = [
    '-namespace',
    namespace,
    '-address',
    address,
    '-publish-binary',
    '/usr/bin/containerd',
    '-id',
    id,
  ];
  const child = spawn(program, [...args, 'start'], {
    cwd,
    env: { ...process.env, SHIMWRIGHT_NODE: process.execPath, TTRPC_ADDRESS: path.join(base, 't.sock') },
    stdio: 'ignore',
  });
  await once(child, 'exit');
}

async function exec(daemon: BenchDaemon, id: string): Promise<void> {
  const value = JSON.stringify({ args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 } });
  const spec = { typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/Process', value };
  await daemon.call('Exec', { id, execId: 'x', spec });
  const ended = daemon.call('Wait', { id, execId: 'x' });
  await daemon.call('Start', { id, execId: 'x' });
  await ended;
  await daemon.call('DeleteProcess', { id, execId: 'x' });
}

async function atOnce(daemon: BenchDaemon, token: string): Promise<TimeComparison> {
  const count = effort(20, 2);
  const idsOf = (side: Side) => Array.from({ length: count }, (_, index) => `${token}-many-${side}-${index}`);
  for (const side of SIDES) {
    for (const id of idsOf(side)) await daemon.container(id, RUNTIMES[side], [], '/bin/true');
  }
  return inTurns(`${count} lives at once`, 5, (side) =>
    Promise.all(idsOf(side).map((id) => daemon.life(id))),
  );
}

async function output(daemon: BenchDaemon, id: string): Promise<void> {
  const fifo = path.join(daemon.base, `${id}.fifo`);
  execFileSync('/bin/sh', ['-c', '[ -p "$1" ] || mkfifo "$1"', 'sh', fifo]);
  const reader = spawn('/bin/cat', [fifo], { stdio: ['ignore', 'ignore', 'inherit'] });
  const read = once(reader, 'exit');
  await daemon.life(id, fifo);
  await read;
}

async function end(daemon: BenchDaemon, id: string): Promise<void> {
  const ended = daemon.call('Wait', { id });
  await daemon.call('Kill', { id, signal: 9, all: true });
  await ended;
  await daemon.call('Delete', { id });
}

/** What the processes of the shims of so many pods of so many containers each have for themselves. */
async function memory(
  daemon: BenchDaemon,
  token: string,
  pods: number,
  each: number,
): Promise<SpaceComparison> {
  const bytes: Record<Side, number> = { ours: 0, peer: 0 };
  for (const side of SIDES) {
    const ids = Array.from({ length: each * pods }, (_, index) => `${token}-pod-${side}-${index}`);
    await fewAtATime(4, [...ids.entries()], async ([index, id]) => {
      const group = `io.containerd.runc.v2.group=${token}-${Math.floor(index / each)}`;
      await daemon.container(id, RUNTIMES[side], ['--annotation', group], '/bin/sleep', '3600');
      await daemon.call('Create', { id });
      await daemon.call('Start', { id });
    });
    await delay(REST_MS);
    bytes[side] = await privateBytes(daemon.base);
    // One after the other: the stock shim of a group may end before it has answered the last of several deletions.
    for (const id of ids) await end(daemon, id);
  }
  const ratio = bytes.ours / bytes.peer;
  return {
    work: `private memory of the shims of ${pods} pods of ${each}`,
    oursBytes: bytes.ours,
    peerBytes: bytes.peer,
    ratio,
  };
}

async function privateBytes(base: string): Promise<number> {
  let sum = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const args = await readFile(`/proc/${pid}/cmdline`, 'latin1');
      const program = await readlink(`/proc/${pid}/exe`);
      if (!args.includes(`-address\0${base}/c.sock`) || /containerd$/.test(program)) continue;
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1');
      for (const [, kilobytes] of rollup.matchAll(/^Private_\w+: +(\d+) kB$/gm))
        sum += Number(kilobytes) * 1024;
    } catch {
      // gone
    }
  }
  return sum;
}
