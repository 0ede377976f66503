// Interrupts every operation, in both forms, at every point: `main.ts [PART OF A NAME]`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Interruptions, type Result } from './interruptions.ts';
import { type Operation, operationNames, operations } from './operations.ts';

const base = await mkdtemp(path.join(tmpdir(), 'shimwright-crash-'));
const totals = { killed: 0, failed: 0, problems: 0 };

function tell(title: string, { tried: points, problems }: Result): number {
  console.log(`${title}: ${points} points, ${problems.length} problems`);
  for (const problem of problems) console.log(`  ${problem}`);
  totals.problems += problems.length;
  return points;
}

try {
  const [, , part = ''] = process.argv;
  for (const name of operationNames.filter((each) => each.includes(part))) {
    for (const form of ['sync', 'promise'] as const) {
      if (form === 'sync' && !(operations[name] as Operation).sync) continue;
      const interruptions = new Interruptions(base, name, form);
      totals.killed += tell(`${name}, ${form}, killed`, await interruptions.killEverywhere());
      totals.failed += tell(`${name}, ${form}, failing`, await interruptions.failEverywhere());
      await interruptions[Symbol.asyncDispose]();
    }
  }
  console.log(totals);
} finally {
  await rm(base, { recursive: true });
}
process.exitCode = totals.problems > 0 ? 1 : 0;
