import type { TestCounts } from './test-counts.ts';

/** What came of the tests on one system. */
export interface Row {
  readonly system: string;
  readonly counts: TestCounts | undefined;
  readonly minutes: number;
  /** How the command ended: its status, or why it has none. */
  readonly ended: string;
}

/** A table for people, in Markdown. */
export function table(rows: readonly Row[]): string {
  return [
    '| system | passed | failed | skipped | why skipped | ended | minutes |',
    '| --- | ---: | ---: | ---: | --- | --- | ---: |',
    ...rows.map(({ system, counts, minutes, ended }) => {
      const numbers = counts ? [counts.passed, counts.failed, counts.skipped] : ['-', '-', '-'];
      const reasons = counts?.reasons.join('; ') || '-';
      return `| ${[system, ...numbers, reasons, ended, minutes.toFixed(1)].join(' | ')} |`;
    }),
  ].join('\n');
}
