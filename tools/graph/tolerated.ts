/** Problems that are known and being mended, by how they begin. */
const TOLERATED: readonly string[] = [
  // Both go when a container and its processes are a package of their own.
  'a circle: shim-service/src/adopted-process.ts',
  'shim-service/src/shim-service.ts: class Container',
];

/** Whether a problem is one of those. */
export function isTolerated(problem: string): boolean {
  return TOLERATED.some((beginning) => problem.startsWith(beginning));
}
