/**
 * The packages from the ground up. A package may import those that stand below it here, and no other: so no two can come to
 * need each other, and each can be taken without what is above it.
 */
export const FLOORS: readonly string[] = [
  'fs-atomic',
  'ttrpc',
  'oci-runtime',
  'linux-native',
  'shim-address',
  'shim-api',
  'cgroup-metrics',
  'bundle-core',
  'event-exchange',
  'shim-host',
  'task-core',
  'shim-service',
  'shim-client',
  'recover',
  'runtime-v1',
  'runtime-v2',
  'oci-image',
  'containers',
  'cli',
];

/** What is wrong with an import of one package by another; undefined where nothing is. */
export function wrongArrow(from: string, to: string): string | undefined {
  for (const folder of [from, to]) {
    if (!FLOORS.includes(folder)) return `${folder} has no place in tools/graph/floors.ts`;
  }
  return FLOORS.indexOf(to) < FLOORS.indexOf(from)
    ? undefined
    : `${from} imports ${to}, which stands above it`;
}
