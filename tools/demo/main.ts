// The main job: a container made, started, watched, re-attached by another process, and cleaned up.
// `demo -- CMD ARGS…` runs that command, and exits with its status. `demo --local` has the shim in the managing
// process, `demo --shim containerd-shim` the stock one, or another by its path.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { TaskIO } from '@shimwright/shim-client';
import { execa } from 'execa';
import { leftovers, removeLeftovers, untilNothingIsLeft } from '../leftovers.ts';
import { layout } from './layout.ts';
import { chapter, step } from './timeline.ts';

const GREETING = `for i in 1 2 3 4 5 6; do
  echo "hello $i from $(hostname), where I am process $$"; sleep 0.4
done`;

const { isLocal, command } = readArguments(process.argv.slice(2));

const setup = await execa(
  path.join(import.meta.dirname, '../setup.sh'),
  packagesFor(process.env['DEMO_SHIM']),
  {
    stdio: 'inherit',
    reject: false,
  },
);
if (setup.exitCode !== 0) process.exit(1);

const base = await mkdtemp('/run/shimwright-demo-');
const token = path.basename(base);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await removeLeftovers(token, base);
    process.exit(1);
  });
}

try {
  process.exitCode = await demo();
} finally {
  await removeLeftovers(token, base);
}

async function demo(): Promise<number> {
  // Held open, and never read here: what the container writes while no manager is there stays in the pipes
  // even when it ends meanwhile.
  const pipes = await TaskIO.create(layout(base).io);
  const status = isLocal ? await runProcess('local.ts', base, ...command) : await runInTurns();
  await pipes.close();
  await removeDirectories();
  proveNothingIsLeft();
  return status;
}

/** One process makes the container and exits, another sees it to its end. */
async function runInTurns(): Promise<number> {
  const manager = await runProcess('manage.ts', base, ...command);
  if (manager !== 0) throw new Error(`the first process failed with status ${manager}`);
  return runProcess('reattach.ts', base);
}

async function runProcess(program: string, ...args: string[]): Promise<number> {
  const file = path.join(import.meta.dirname, program);
  const run = await execa(process.execPath, [...process.execArgv, file, ...args], {
    stdio: 'inherit',
    reject: false,
  });
  return run.exitCode ?? 1;
}

/** What is kept for the next container: the roots themselves. They must be empty. */
async function removeDirectories(): Promise<void> {
  await untilNothingIsLeft(token);
  const files = await readdir(base, { recursive: true, withFileTypes: true });
  const found = files
    .filter((file) => !file.isDirectory())
    .map((file) => path.join(file.parentPath, file.name));
  if (found.length > 0) throw new Error(`left behind: ${found.join(', ')}`);
  await rm(base, { recursive: true });
}

function proveNothingIsLeft(): void {
  const left = leftovers(token);
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  chapter('Nothing is left');
  step('checked', 'no process, no mount, no socket, no cgroup, no file');
}

/** The Debian packages that are needed: the stock shim is in containerd's. */
function packagesFor(shim: string | undefined): string[] {
  return shim === undefined ? ['runc'] : ['runc', 'containerd'];
}

function readArguments(args: readonly string[]): {
  readonly isLocal: boolean;
  readonly command: readonly string[];
} {
  const rest = [...args];
  let isLocal = false;
  for (let option = rest[0]; option?.startsWith('--'); option = rest[0]) {
    rest.shift();
    if (option === '--local') isLocal = true;
    else if (option === '--shim') process.env['DEMO_SHIM'] = rest.shift() ?? '';
    else if (option !== '--')
      throw new Error(`no such option: ${option}; there are --local and --shim NAME_OR_PATH`);
    else break;
  }
  return { isLocal, command: rest.length > 0 ? rest : ['/bin/sh', '-c', GREETING] };
}
