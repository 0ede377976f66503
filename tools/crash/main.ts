// Interrupts every operation, in both forms, at every point: `main.ts [PART OF A NAME]`.
import { interruptAll } from './interrupt-all.ts';

const [, , part = ''] = process.argv;
const { killed, failed, problems } = await interruptAll({ part, tell: console.log });
for (const problem of problems) console.log(`  ${problem}`);
console.log(`killed at ${killed} points, failing at ${failed}: ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
