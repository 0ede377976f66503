import type { Comparison } from './turns.ts';

export const TABLE_HEAD = '| work | ours | peer | ratio |\n| --- | ---: | ---: | ---: |';

/** A line of the table; {@link readRow} reads it again. */
export function rowOf(name: string, one: Comparison): string {
  const [ours, peer] =
    'oursNs' in one
      ? [inTime(one.oursNs), inTime(one.peerNs)]
      : [inKilobytes(one.oursBytes), inKilobytes(one.peerBytes)];
  return `| ${name}: ${one.work} | ${ours} | ${peer} | ${one.ratio.toFixed(2)} |`;
}

/** What a line of the table says: in microseconds or KiB; undefined for a line that is none. */
export interface Row {
  readonly work: string;
  readonly ours: number;
  readonly peer: number;
}

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
