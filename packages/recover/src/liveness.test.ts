import { describe, expect, test } from 'vitest';
import { dependsOnContainer, type Evidence, isLive, judge } from './liveness.ts';

const CONTAINERS = [undefined, { pid: 9, isOrphan: true }, { pid: 9, isOrphan: false }];

/** All that can be seen of an id. */
const ALL: readonly Evidence[] = [true, false].flatMap((hasBundle) =>
  (['live', 'dead', 'none'] as const).flatMap((shim) =>
    [true, false].flatMap((isShared) =>
      CONTAINERS.flatMap((container) =>
        [7, undefined].flatMap((worker) =>
          [true, false].map((isServed) => ({
            hasBundle,
            shim,
            shimPid: 5,
            isShared,
            container,
            worker,
            isServed,
          })),
        ),
      ),
    ),
  ),
);

const NOTHING: Evidence = { hasBundle: true, shim: 'none', isShared: false };

describe('an id', () => {
  test.each<[Partial<Evidence>, string, number | undefined]>([
    [{ shim: 'live', shimPid: 5 }, 'live-shim', 5],
    [{ shim: 'live' }, 'live-shim', undefined],
    [{ shim: 'dead', worker: 7 }, 'live-shim', 7],
    [{ worker: 7 }, 'live-shim', 7],
    [{ shim: 'dead', isShared: true, container: { pid: 9, isOrphan: true } }, 'live-container', 9],
    [{ container: { pid: 9, isOrphan: false } }, 'live-container', 9],
    [{ container: { pid: 9, isOrphan: true } }, 'orphan-bundle', undefined],
    [{ shim: 'dead', container: { pid: 9, isOrphan: false } }, 'dead-shim', undefined],
    [{ shim: 'dead', isShared: true }, 'dead-shim', undefined],
    [{}, 'orphan-bundle', undefined],
    [{ hasBundle: false, worker: 7 }, 'live-container', 7],
    [{ hasBundle: false, isServed: true }, 'live-container', undefined],
    [{ hasBundle: false }, 'orphan-container', undefined],
  ])('of which %j is seen is a %s', (seen, found, pid) => {
    expect(judge({ ...NOTHING, ...seen })).toEqual({ found, pid });
  });

  test('with a live shim, or a process that works as one, is live, whatever else is seen', () => {
    const served = ALL.filter(
      ({ hasBundle, shim, worker, isServed }) =>
        worker !== undefined || (hasBundle ? shim === 'live' : isServed === true),
    );
    expect(served.length).toBeGreaterThan(50);
    expect(served.filter((evidence) => !isLive(judge(evidence)))).toEqual([]);
  });

  test('is judged the same with the container left out, where that is said not to matter', () => {
    const indifferent = ALL.filter((evidence) => !dependsOnContainer(evidence));
    for (const evidence of indifferent) {
      expect(judge({ ...evidence, container: undefined })).toEqual(judge(evidence));
    }
    expect(indifferent.length).toBeGreaterThan(50);
  });

  test('that is judged dead never becomes live by less being seen of it', () => {
    for (const evidence of ALL.filter((all) => !isLive(judge(all)))) {
      const less = { ...evidence, container: undefined, worker: undefined, isServed: false };
      expect(isLive(judge(less))).toBe(false);
    }
  });
});
