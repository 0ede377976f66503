import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { effort } from './effort.ts';

/**
 * One side of a comparison: a child process that reads lines `WORK COUNT` on stdin, does WORK COUNT
 * times, and answers each with one line: the nanoseconds it took in all. It ends when stdin does.
 */
export class Contender implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(command: string, args: readonly string[], options: { readonly cwd?: string } = {}) {
    this.#child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.#child.stdout) throw new Error(`${command} has no stdout`);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Nanoseconds for each of `count` repetitions of `work`. */
  async measure(work: string, count: number): Promise<number> {
    this.#child.stdin?.write(`${work} ${count}\n`);
    const answer = await this.#answers.next();
    const nanoseconds = Number(answer.value);
    if (answer.done === true || !Number.isFinite(nanoseconds)) {
      throw new Error(`no figure for "${work} ${count}": ${String(answer.value)}`);
    }
    return nanoseconds / count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await exit;
  }
}

/** A TypeScript contender, run on this Node from its sources. */
export function nodeContender(file: string, ...args: readonly string[]): Contender {
  return new Contender(process.execPath, ['--conditions=@shimwright/source', file, ...args]);
}

/**
 * Answers the lines a {@link Contender} sends; a contender's whole main program. A work that gives a number counts
 * itself, in milliseconds.
 */
export async function contend(works: Readonly<Record<string, (count: number) => unknown>>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [name = '', count] = line.split(' ');
    const work = works[name];
    if (!work) throw new Error(`unknown work ${name}`);
    const start = process.hrtime.bigint();
    const counted = await work(Number(count));
    const took = process.hrtime.bigint() - start;
    console.log(typeof counted === 'number' ? Math.round(counted * 1e6) : String(took));
  }
}

/** The outcome of one line of the benchmark; `ratio` is ours over the peer's. */
export type Comparison = TimeComparison | SpaceComparison | FactComparison;

/** What took time. */
export interface TimeComparison {
  readonly work: string;
  readonly oursNs: number;
  readonly peerNs: number;
  readonly ratio: number;
}

/** What took memory. */
export interface SpaceComparison {
  readonly work: string;
  readonly oursBytes: number;
  readonly peerBytes: number;
  readonly ratio: number;
}

/** What is no number. */
interface FactComparison {
  readonly work: string;
  readonly ours: string;
  readonly peer: string;
}

/** Measures both sides in turns, so that whatever else the machine does hits both; medians over `rounds`. */
export async function inTurns(options: {
  readonly work: string;
  /** What the peer is to do, where that has another name. @default work */
  readonly peerWork?: string;
  readonly count: number;
  readonly rounds: number;
  readonly ours: Contender;
  readonly peer: Contender;
}): Promise<TimeComparison> {
  const { work, peerWork = work, ours, peer } = options;
  const count = effort(options.count);
  const rounds = effort(options.rounds);
  const times = { ours: [] as number[], peer: [] as number[] };
  await ours.measure(work, count); // the first turn of each warms it up
  await peer.measure(peerWork, count);
  for (let round = 0; round < rounds; round++) {
    times.peer.push(await peer.measure(peerWork, count));
    times.ours.push(await ours.measure(work, count));
  }
  const oursNs = median(times.ours);
  const peerNs = median(times.peer);
  return { work, oursNs, peerNs, ratio: oursNs / peerNs };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
