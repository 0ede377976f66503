/**
 * Does a job for each, two of them at any time. Once one fails no other is begun; those begun are waited for, and
 * the first failure is thrown.
 */
export async function twoAtATime<T>(all: Iterable<T>, job: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const worker = async () => {
    try {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await job(one);
    } finally {
      waiting.length = 0;
    }
  };
  const ends = await Promise.allSettled([worker(), worker()]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
