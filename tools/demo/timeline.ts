import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { styleText } from 'node:util';

/** Every line begins with the seconds since the demo began, across its processes. */
const startedAt = Number(process.env['DEMO_STARTED_AT'] ?? Date.now());
process.env['DEMO_STARTED_AT'] = String(startedAt);

/** A heading: which process is at work now. */
export function chapter(text: string): void {
  console.log(`\n${styleText('bold', text)}`);
}

/** One step that was done, and what came of it. */
export function step(what: string, result = ''): void {
  console.log(`${clock()} ${what.padEnd(26)} ${styleText('cyan', result)}`.trimEnd());
}

/** Shows the container's output, line by line as it comes; resolves at its end. */
export async function show(output: Readable | undefined, name: string): Promise<void> {
  if (!output) return;
  for await (const line of createInterface({ input: output })) {
    console.log(`${clock()}   ${styleText('dim', `${name} |`)} ${line}`);
  }
}

function clock(): string {
  return styleText('dim', `${((Date.now() - startedAt) / 1000).toFixed(2).padStart(6)} s `);
}
