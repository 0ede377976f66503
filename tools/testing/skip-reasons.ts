import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end of a run why tests were skipped, and how many for each reason. */
export class SkipReasons implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = modules
      .flatMap((module) => [...module.children.allTests('skipped')])
      .map((test) => {
        const result = test.result();
        return (result.state === 'skipped' && result.note) || 'no reason given';
      });
    for (const [reason, number] of countsOf(reasons)) console.log(`     Skipped ${number}: ${reason}`);
  }
}

/** How often each word is there, the most frequent first. */
function countsOf(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
