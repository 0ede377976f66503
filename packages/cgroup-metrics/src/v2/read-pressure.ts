import type { PressureTimesV2, PressureV2 } from '@shimwright/shim-api/metrics';
import { type CgroupFiles, linesOf } from '../files.ts';

/** How long tasks waited for a resource; undefined where the kernel does not count that. */
export async function readPressure(files: CgroupFiles, name: string): Promise<PressureV2 | undefined> {
  const text = await files.text(name);
  if (text === undefined) return undefined;
  const lines = new Map(linesOf(text).map((line) => [line.split(' ')[0], line]));
  return { some: timesOf(lines.get('some')), full: timesOf(lines.get('full')) };
}

/** Of a line such as `some avg10=0.00 avg60=0.12 avg300=0.05 total=4242`. */
function timesOf(line: string | undefined): PressureTimesV2 | undefined {
  if (line === undefined) return undefined;
  const numberIn = (key: string) => new RegExp(` ${key}=(\\d+(?:\\.\\d+)?)`).exec(line)?.[1] ?? '0';
  return {
    avg10: Number(numberIn('avg10')),
    avg60: Number(numberIn('avg60')),
    avg300: Number(numberIn('avg300')),
    total: BigInt(numberIn('total').split('.')[0] ?? 0),
  };
}
