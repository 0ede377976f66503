/** How long anything may take before it counts as hung: far more than a loaded machine needs. */
export const HUNG_MS = 30_000;

/** What the promise gives; rejects when that takes too long. */
export async function notHung<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const onHung = () => reject(new Error(`hung: ${what} did not come within ${HUNG_MS} ms`));
  const timer = setTimeout(onHung, HUNG_MS);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
