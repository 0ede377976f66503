import { BundleError } from './errors.ts';
import type { LinuxIdMapping } from './spec/linux.ts';

// The kernel's limits: ids have 32 bits, the last of which means "no id", and a map has 340 ranges.
const MAX_ID_SUM = 0xffff_ffff;
const MAX_RANGES = 340;

/**
 * Makes sure that the kernel would take a map of ids: whole numbers in range, no two ranges that overlap in
 * the container or on the host.
 *
 * @param field the map's place in the spec, for the error.
 * @returns the map; empty when there is none.
 * @throws {BundleError} `ERR_BUNDLE_SPEC`.
 */
export function checkIdMappings(mappings: unknown, field: string): readonly LinuxIdMapping[] {
  if (mappings === undefined || mappings === null) return [];
  if (!Array.isArray(mappings)) throw invalid(field, 'is no array');
  if (mappings.length > MAX_RANGES) throw invalid(field, `has more than ${MAX_RANGES} ranges`);
  for (const [index, range] of mappings.entries()) checkRange(range, `${field}[${index}]`);
  for (const side of ['containerID', 'hostID'] as const) checkDisjoint(mappings, side, field);
  return mappings;
}

/** What an id in the container is on the host; undefined where it is nothing there. */
export function hostId(mappings: readonly LinuxIdMapping[], id: number): number | undefined {
  const range = mappings.find(({ containerID, size }) => id >= containerID && id - containerID < size);
  return range && range.hostID + (id - range.containerID);
}

function checkRange(range: unknown, field: string): void {
  if (typeof range !== 'object' || range === null) throw invalid(field, 'is no object');
  const { containerID, hostID, size } = range as Partial<LinuxIdMapping>;
  const first = {
    containerID: checkNumber(containerID, field, 'containerID'),
    hostID: checkNumber(hostID, field, 'hostID'),
  };
  const count = checkNumber(size, field, 'size');
  if (count === 0) throw invalid(`${field}.size`, 'is 0');
  // Beyond this the sum wraps around in the kernel, where 0 would be mapped without being named.
  if (Math.max(first.containerID, first.hostID) + count > MAX_ID_SUM)
    throw invalid(field, 'ends beyond the last id');
}

function checkNumber(value: unknown, field: string, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_ID_SUM) return value;
  throw invalid(`${field}.${name}`, `is no whole number from 0 to ${MAX_ID_SUM}`);
}

function checkDisjoint(
  mappings: readonly LinuxIdMapping[],
  side: 'containerID' | 'hostID',
  field: string,
): void {
  const sorted = mappings.toSorted((a, b) => a[side] - b[side]);
  for (const [index, range] of sorted.entries()) {
    const previous = sorted[index - 1];
    if (previous && previous[side] + previous.size > range[side]) {
      throw invalid(field, `maps the ${side} ${range[side]} twice`);
    }
  }
}

function invalid(field: string, problem: string): BundleError {
  return new BundleError('ERR_BUNDLE_SPEC', `${field} ${problem}`, { field });
}
