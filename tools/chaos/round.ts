import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { processStat } from '@shimwright/linux-native';
import {
  type Bundle,
  decodeEvent,
  type EventPublisher,
  listBundles,
  newShimClient,
  recover,
  shimConnect,
  watchSpool,
} from '@shimwright/runtime-v1';
import { readSpool } from '@shimwright/shim-client';
import type { ExitLedger } from './exit-ledger.ts';
import { layoutOf, namespace, type Place } from './place.ts';
import type { Random } from './random.ts';

const run = promisify(execFile);

/** What is done in a round. */
export type Deed = (typeof DEEDS)[number];

/** All of them. */
export const DEEDS = [
  'kill the manager',
  'kill a shim',
  'kill a keeper',
  'kill a shim and its keeper',
  'kill a container',
  'paste into a terminal',
  'hang a runtime',
  'fill the disk',
  'kill the recovery',
] as const;

/** What came of a round. */
export interface Round {
  /** How many containers had started. */
  readonly started: number;
  /** What did not hold, in words. */
  readonly problems: readonly string[];
}

/** What a round is played with. */
export interface RoundOptions {
  /** Its number, which is in the names of its containers. */
  readonly round: number;
  readonly random: Random;
  readonly ledger: ExitLedger;
}

interface Started {
  readonly pid: number;
  readonly shimPid: number;
}

/** What it takes of the containers. */
const KINDS: Partial<Record<Deed, Place['kind']>> = {
  'paste into a terminal': 'terminal',
  'hang a runtime': 'hanging',
};

const CONTAINERS = ['a', 'b', 'c'] as const;
const SMALL_DISK = 'size=64k,nr_inodes=64';
const MAX_RECOVERIES = 5;
const MAX_PUBLISH_MS = 5_000;
const POLL_MS = 10;

/** Starts containers, does the deed at some moment, recovers, ends what lives, and looks at what is left. */
export async function playRound(
  given: Place,
  deed: Deed,
  { round, random, ledger }: RoundOptions,
): Promise<Round> {
  const place: Place = { ...given, kind: KINDS[deed] };
  const problems: string[] = [];
  await prepareDisk(place, deed);
  const ids = CONTAINERS.map((name) => `${name}-${round}`);
  const started = await doDeed(place, deed, { ids, random, problems });
  if (deed === 'kill the recovery') await killRecovery(place, random, ledger);
  await wayBack(place, ledger, problems);
  await takeSpool(place, started, ledger);
  for (const [id, { pid }] of started) {
    const times = ledger.times(id, pid);
    if (times !== 1) problems.push(`the exit of ${id}, process ${pid}, was reported ${times} times`);
  }
  await removeDisk(place, deed);
  return { started: started.size, problems };
}

async function prepareDisk({ disk }: Place, deed: Deed): Promise<void> {
  await mkdir(disk, { recursive: true });
  if (deed === 'fill the disk') await run('mount', ['-t', 'tmpfs', '-o', SMALL_DISK, 'tmpfs', disk]);
}

async function removeDisk({ disk }: Place, deed: Deed): Promise<void> {
  if (deed === 'fill the disk') await run('umount', [disk]);
  await rm(disk, { recursive: true });
}

/** Has a manager start containers, and strikes; gives those of which it was told that they had started. */
async function doDeed(
  place: Place,
  deed: Deed,
  options: { readonly ids: readonly string[]; readonly random: Random; readonly problems: string[] },
): Promise<ReadonlyMap<string, Started>> {
  const { disk } = place;
  const { ids, random, problems } = options;
  if (deed === 'fill the disk')
    await writeFile(path.join(disk, 'filler'), Buffer.alloc(random.below(60_000)));
  const manager = start('manager.ts', place, ...ids);
  const ended = once(manager, 'exit');
  const started = new Map<string, Started>();
  // Of the manager at any moment, even before it has started anything.
  const timer = deed === 'kill the manager' && setTimeout(() => manager.kill('SIGKILL'), random.below(1_600));
  for await (const line of createInterface({ input: manager.stdout ?? Readable.from([]) })) {
    const [id = '', pid, shimPid] = line.split(' ');
    if (id === 'ready') break;
    if (pid !== 'failed') started.set(id, { pid: Number(pid), shimPid: Number(shimPid) });
    else if (deed !== 'fill the disk') problems.push(line);
  }
  if (timer) clearTimeout(timer);
  const victim = [...started.values()][random.below(Math.max(1, started.size))];
  if (victim) for (const pid of victims(place, deed, victim)) process.kill(pid, 'SIGKILL');
  // Of the stock shim all: the process that ours share has been killed with the first.
  const shims = new Set([...started.values()].map(({ shimPid }) => shimPid));
  if (deed === 'kill the recovery') for (const shim of shims) process.kill(shim, 'SIGKILL');
  if (victim && deed === 'kill a container') process.kill(victim.pid, 'SIGKILL');
  manager.kill('SIGKILL');
  await ended;
  if (deed === 'fill the disk') await rm(path.join(disk, 'filler'), { force: true });
  return started;
}

/** Which processes of a shim are killed. The stock shim has no keeper. */
function victims({ isStock }: Place, deed: Deed, { shimPid }: Started): number[] {
  const keeper = isStock ? shimPid : (processStat(shimPid)?.parent ?? shimPid);
  if (deed === 'kill a shim') return [shimPid];
  if (deed === 'kill a keeper') return [keeper];
  // Before the server is: it would start another one.
  return deed === 'kill a shim and its keeper' ? [...new Set([keeper, shimPid])] : [];
}

function start(program: string, place: Place, ...args: readonly string[]): ChildProcess {
  const file = path.join(import.meta.dirname, program);
  const all = ['--conditions=@shimwright/source', file, JSON.stringify(place), ...args];
  return spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Has another process recover, and kills it at some moment. */
async function killRecovery(place: Place, random: Random, ledger: ExitLedger): Promise<void> {
  const recovery = start('recovery.ts', place);
  const ended = once(recovery, 'exit');
  const timer = setTimeout(() => recovery.kill('SIGKILL'), 100 + random.below(600));
  for await (const line of createInterface({ input: recovery.stdout ?? Readable.from([]) })) {
    ledger.noteOfKilled(line);
  }
  await ended;
  clearTimeout(timer);
}

/** Recovers, and ends what lives, as the next manager would, until nothing is found any more. */
async function wayBack(place: Place, ledger: ExitLedger, problems: string[]): Promise<void> {
  const { config, roots, daemonAddress } = layoutOf(place);
  const where = { ...roots, namespace, daemonAddress, settleMs: 0 };
  const exchange: EventPublisher = { publish: (_namespace, _topic, event) => ledger.note(event) };
  for (let tries = 0; tries < MAX_RECOVERIES; tries++) {
    const findings = await recover(config, { ...where, clean: true, exchange });
    problems.push(
      ...findings.flatMap(({ id, error }) => (error === undefined ? [] : [`${id}: ${String(error)}`])),
    );
    if (findings.length === 0) return;
    const ended = (await listBundles(roots)).map((bundle) => endLiving(bundle, place));
    for (const outcome of await Promise.allSettled(ended)) {
      if (outcome.status === 'rejected' && !isLost(outcome.reason)) problems.push(String(outcome.reason));
    }
  }
  const left = await recover(config, where);
  if (left.length > 0)
    problems.push(`not recovered: ${left.map(({ id, found }) => `${id} ${found}`).join(', ')}`);
}

async function endLiving(bundle: Bundle, place: Place): Promise<void> {
  const { id } = bundle;
  const shim = await newShimClient(bundle, namespace, shimConnect(layoutOf(place).config));
  try {
    const state = await shim.state({ id }).catch(noneIfRefused);
    if (!state) {
      // Its container was still being made, so what there is of it is for the next recovery to find.
      await shim.stopShim();
      return;
    }
    await shim.kill({ id, signal: 9, all: true }).catch(noneIfRefused); // it may have ended
    await shim.wait({ id });
    await untilTold(place, state.pid);
    await shim.delete({});
    await shim.stopShim();
  } finally {
    await shim.close();
  }
  await bundle.delete();
}

/** The stock shim forgets what its publisher has not yet read when it is stopped: a manager has to wait for the event. */
async function untilTold(place: Place, pid: number): Promise<void> {
  const { daemonAddress } = layoutOf(place);
  for (let waited = 0; waited < MAX_PUBLISH_MS; waited += POLL_MS) {
    const events = (await readSpool(daemonAddress)).map(({ event }) => decodeEvent(event));
    const isTold = events.some(
      ({ type, message }) => type === 'containerd.events.TaskExit' && message.pid === pid,
    );
    if (isTold) return;
    await delay(POLL_MS);
  }
  throw new Error(`the shim of process ${pid} has told no exit`);
}

/** The answer of a shim that has no container, or one that has ended. */
function noneIfRefused(error: unknown): undefined {
  if (!hasCode(error, 'ERR_TTRPC_STATUS')) throw error;
}

/** Whether a shim was gone, or just going, when it was asked: the next recovery sees to that. */
function isLost(error: unknown): boolean {
  return ['ERR_TTRPC_CLOSED', 'ERR_SHIM_UNREACHABLE'].some((code) => hasCode(error, code));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The exits that shims have told, until there is one of each container that had started, or for a second. */
async function takeSpool(
  place: Place,
  started: ReadonlyMap<string, Started>,
  ledger: ExitLedger,
): Promise<void> {
  const { daemonAddress } = layoutOf(place);
  const spool = `${daemonAddress}.events`;
  if (!existsSync(spool)) return;
  const enough = new AbortController();
  const told = () => [...started].every(([id, { pid }]) => ledger.times(id, pid) > 0);
  const isEmpty = async () => (await readdir(spool)).every((name) => name.startsWith('.'));
  const reader = (async () => {
    for await (const { event } of watchSpool(daemonAddress, { signal: enough.signal })) ledger.note(event);
  })();
  for (let waited = 0; waited < 100 && !(told() && (await isEmpty())); waited++) await delay(10);
  enough.abort();
  await reader;
  await rm(spool, { recursive: true });
}
