import type { RdmaEntryV1 } from '@shimwright/shim-api/metrics';
import { linesOf } from './files.ts';

const NO_LIMIT = 2 ** 32 - 1;

/** The devices in the text of `rdma.current` or `rdma.max`, which is the same in both versions. */
export function parseRdma(text: string | undefined): RdmaEntryV1[] {
  return linesOf(text ?? '').flatMap((line) => {
    const [device = '', ...pairs] = line.split(/\s+/);
    const values = new Map(pairs.map((pair) => pair.split('=') as [string, string]));
    const numberOf = (name: string) => {
      const value = values.get(name);
      return value === 'max' ? NO_LIMIT : Math.min(Number(value) || 0, NO_LIMIT);
    };
    if (pairs.length !== 2) return [];
    return [{ device, hcaHandles: numberOf('hca_handle'), hcaObjects: numberOf('hca_object') }];
  });
}
