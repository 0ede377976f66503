/** Whether each benchmark has to show only that it runs. The tests ask for that, so that none can rot. */
const isSmallest = process.env['BENCH_SIZE'] === 'smallest';

/** How much is done: `full` for figures, `smallest` where it is only tried. */
export function effort(full: number, smallest = 1): number {
  return isSmallest ? smallest : full;
}
