import { shellText } from './cargo.ts';
import { runOn } from './run-on.ts';
import { SYSTEMS } from './systems.ts';
import { type Row, table } from './table.ts';
import { testCounts } from './test-counts.ts';

/** The README's two commands, as a stranger types them. */
const README_COMMANDS = 'npx --yes pnpm@12 demo && npx --yes pnpm@12 test';

const [name = '', ...words] = process.argv.slice(2);
const names = name === 'all' ? Object.keys(SYSTEMS) : [name];
if (name === '' || name === '--help') {
  console.log('pnpm vm SYSTEM|all [COMMAND…]');
  for (const [system, { description }] of Object.entries(SYSTEMS)) console.log(`  ${system}  ${description}`);
  process.exit(name === '' ? 2 : 0);
}

// An end by a signal is an exit too, at which a machine that runs is ended and its files are removed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const command = words.length > 0 ? shellText(words) : README_COMMANDS;
const rows: Row[] = [];
for (const system of names) {
  const lines: string[] = [];
  const startedAt = Date.now();
  const ended = await runOn(system, command, (line) => {
    lines.push(line);
    console.log(line);
  }).catch((error: Error) => {
    process.exitCode = 1;
    console.error(error.message);
    return error.message.split('\n')[0] ?? '';
  });
  if (typeof ended === 'number') process.exitCode ||= ended;
  rows.push({
    system,
    counts: testCounts(lines),
    minutes: (Date.now() - startedAt) / 60_000,
    ended: typeof ended === 'number' ? `status ${ended}` : ended,
  });
}
if (names.length > 1 || rows[0]?.counts) console.log(`\n${table(rows)}`);
