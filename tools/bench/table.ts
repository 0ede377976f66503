import type { Comparison } from './turns.ts';

export const TABLE_HEAD = '| work | ours | peer | ratio |\n| --- | ---: | ---: | ---: |';

/** The figures of an outcome that has some: in nanoseconds or bytes. */
export interface Figures {
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
}

export function figuresOf(one: Comparison): Figures | undefined {
  if ('oursNs' in one) return { ours: one.oursNs, peer: one.peerNs, ratio: one.ratio };
  if ('oursBytes' in one) return { ours: one.oursBytes, peer: one.peerBytes, ratio: one.ratio };
  return undefined;
}

/** A line of the table; {@link readRow} reads it again. */
export function rowOf(name: string, one: Comparison): string {
  if ('ours' in one) return `| ${name}: ${one.work} | ${one.ours} | ${one.peer} | |`;
  const [ours, peer] =
    'oursNs' in one
      ? [inTime(one.oursNs), inTime(one.peerNs)]
      : [inKilobytes(one.oursBytes), inKilobytes(one.peerBytes)];
  return `| ${name}: ${one.work} | ${ours} | ${peer} | ${one.ratio.toFixed(2)} |`;
}

/** Whether it is a line of the table, with figures or without. */
export function isRow(line: string): boolean {
  return readRow(line) !== undefined || FACTS.test(line);
}

/** What a line of the table says: in microseconds or KiB; undefined for a line that is none. */
export interface Row {
  readonly work: string;
  readonly ours: number;
  readonly peer: number;
}

const FACTS = /^\| [^|]+: [^|]+ \| [^|]+ \| [^|]+ \| \|$/;

const ROW = /^\| (.+) \| ([\d.]+) (µs|ms|KiB) \| ([\d.]+) (µs|ms|KiB) \| [\d.]+ \|$/;

export function readRow(line: string): Row | undefined {
  const [, work, ours, oursUnit, peer, peerUnit] = ROW.exec(line) ?? [];
  if (work === undefined) return undefined;
  // Some titles carry figures of their own, which differ from run to run.
  return {
    work: work.replace(/ \(\d+ ns, peer \d+ ns\)$/, ''),
    ours: inUnits(ours, oursUnit),
    peer: inUnits(peer, peerUnit),
  };
}

function inUnits(figure: string | undefined, unit: string | undefined): number {
  return Number(figure) * (unit === 'ms' ? 1000 : 1);
}

function inTime(nanoseconds: number): string {
  const microseconds = nanoseconds / 1e3;
  return microseconds < 10_000 ? `${microseconds.toFixed(1)} µs` : `${(microseconds / 1e3).toFixed(1)} ms`;
}

function inKilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
