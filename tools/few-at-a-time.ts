/**
 * Does a job for each, no more than `limit` of them at a time. Once one fails no other is begun; those begun are waited
 * for, and the first failure is thrown.
 */
export async function fewAtATime<T>(
  limit: number,
  all: Iterable<T>,
  job: (one: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...all].values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const one of waiting) {
      if (failures.length > 0) return;
      await job(one).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
}
