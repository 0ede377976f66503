import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fewAtATime } from '../few-at-a-time.ts';
import { oneFile } from '../one-file.ts';
import { Interruptions, type Result, SUBJECT } from './interruptions.ts';
import { type Form, type Operation, type OperationName, operationNames, operations } from './operations.ts';

/** What is to be interrupted, and how often. */
export interface InterruptOptions {
  /** Only the operations whose names contain it. @default '' all */
  readonly part?: string;
  /** At how many of the points where a call fails: at one of so many, or at none. @default 1 */
  readonly failures?: number | 'none';
  /** At how many of the points where the process is killed: at one of so many, or at none. @default 1 */
  readonly kills?: number | 'none';
  /** How many operations are interrupted at the same time. @default 2 */
  readonly lanes?: number;
  /** Is told of each operation, in a line. @default nobody */
  readonly tell?: (line: string) => void;
}

/** Where an operation takes long and not all points are wanted, so many times fewer are taken. */
const FEWER = 5;

/** How it went. */
export interface Totals {
  /** At how many points processes were killed. */
  readonly killed: number;
  /** At how many calls were made to fail. */
  readonly failed: number;
  /** At how many they could have been. */
  readonly failing: number;
  /** What did not hold, in words. */
  readonly problems: readonly string[];
}

/** Interrupts every operation, in both of its forms, at every point. */
export async function interruptAll(options: InterruptOptions = {}): Promise<Totals> {
  const { part = '', lanes = 2 } = options;
  const totals = { killed: 0, failed: 0, failing: 0, problems: [] as string[] };
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-crash-'));
  const forms = formsOf(operationNames.filter((name) => name.includes(part)));
  try {
    await oneFile(path.join(import.meta.dirname, 'subject-program.ts'), path.join(base, SUBJECT));
    await fewAtATime(lanes, forms, ({ name, form }) => interrupt(base, name, form, options, totals));
  } finally {
    await rm(base, { recursive: true });
  }
  return totals;
}

function formsOf(names: readonly OperationName[]): { readonly name: OperationName; readonly form: Form }[] {
  return names.flatMap((name) => {
    const { sync }: Operation = operations[name];
    const forms: readonly Form[] = sync ? ['sync', 'promise'] : ['promise'];
    return forms.map((form) => ({ name, form }));
  });
}

async function interrupt(
  base: string,
  name: OperationName,
  form: Form,
  { kills = 1, failures = 1, tell = () => {} }: InterruptOptions,
  totals: { killed: number; failed: number; failing: number; problems: string[] },
): Promise<void> {
  const note = (how: string, { points, tried, problems }: Result) => {
    const of = tried < points ? ` of ${points}` : '';
    tell(`${name}, ${form}, ${how} at ${tried}${of} points: ${problems.length} problems`);
    totals.problems.push(...problems.map((problem) => `${name}, ${form}, ${problem}`));
  };
  await using interruptions = new Interruptions(base, name, form);
  const { isOnlyKilled = false, takesLong = false }: Operation = operations[name];
  if (kills !== 'none') {
    const killed = await interruptions.killEverywhere(takesLong && kills > 1 ? kills * FEWER : kills);
    totals.killed += killed.tried;
    note('killed', killed);
  }
  if (failures !== 'none' && !isOnlyKilled) {
    const failed = await interruptions.failEverywhere(
      takesLong && failures > 1 ? failures * FEWER : failures,
    );
    totals.failed += failed.tried;
    totals.failing += failed.points;
    note('failing', failed);
  }
}
