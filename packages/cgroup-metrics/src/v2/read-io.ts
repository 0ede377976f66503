import type { IoEntryV2, IoV2 } from '@shimwright/shim-api/metrics';
import { type CgroupFiles, linesOf } from '../files.ts';
import { readPressure } from './read-pressure.ts';

/** Block devices. */
export async function readIo(files: CgroupFiles): Promise<IoV2> {
  const [stat, psi] = await Promise.all([files.text('io.stat'), readPressure(files, 'io.pressure')]);
  return { usage: linesOf(stat ?? '').flatMap(parseLine), psi };
}

/** A line such as `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`. */
function parseLine(line: string): IoEntryV2[] {
  const [, major, minor, rest = ''] = /^(\d+):(\d+) (.*)$/.exec(line) ?? [];
  if (major === undefined || minor === undefined) return [];
  const values = new Map(
    [...rest.matchAll(/(\w+)=(\d+)(?= |$)/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const numberOf = (key: string) => BigInt(values.get(key) ?? 0);
  return [
    {
      major: BigInt(major),
      minor: BigInt(minor),
      rbytes: numberOf('rbytes'),
      wbytes: numberOf('wbytes'),
      rios: numberOf('rios'),
      wios: numberOf('wios'),
    },
  ];
}
