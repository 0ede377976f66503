import { stripVTControlCharacters } from 'node:util';

/** What a run of the tests came to. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why tests were skipped, with the number of them. */
  readonly reasons: readonly string[];
}

const TOTALS = /^\s*Tests\s+(.*\d.*)$/;
const REASON = /^\s*Skipped (\d+): (.+)$/;

/** Reads them from what `pnpm test` prints; undefined where it never came to its tests' end. */
export function testCounts(output: readonly string[]): TestCounts | undefined {
  const lines = output.map(stripVTControlCharacters);
  const totals = lines.findLast((line) => TOTALS.test(line));
  if (totals === undefined) return undefined;
  const count = (word: string) => Number(new RegExp(String.raw`(\d+) ${word}`).exec(totals)?.[1] ?? 0);
  const reasons = lines.flatMap((line) => {
    const [, number, reason] = REASON.exec(line) ?? [];
    return reason ? [`${number} ${reason}`] : [];
  });
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), reasons };
}
