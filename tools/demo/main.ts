// The main job: a container made, started, watched, re-attached by another process, and cleaned up. See `--help`.
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { TaskIO } from '@shimwright/shim-client';
import { execa } from 'execa';
import { makeBusyboxRootfs } from '../examples/busybox-rootfs.ts';
import { filesBelow, leftovers, naming, removeLeftovers, untilNothingIsLeft } from '../leftovers.ts';
import { type DemoArguments, DemoError, readArguments, USAGE } from './arguments.ts';
import { cleanUp } from './clean-up.ts';
import { cleanUpV2 } from './clean-up-v2.ts';
import { rootFromImage } from './image.ts';
import { type Layout, layout } from './layout.ts';
import { NOT_RUN, runProgram } from './program.ts';
import { chapter, step } from './timeline.ts';

await runProgram(async () => {
  const wanted = readArguments(process.argv.slice(2));
  if (!wanted) {
    console.log(USAGE.trimEnd());
    return 0;
  }
  requireRoot();
  await installPackages(wanted);
  return demoIn(await mkdtemp('/run/shimwright-demo-'), wanted);
});

function requireRoot(): void {
  if (process.platform !== 'linux') throw new DemoError('The demo runs a container, which needs Linux.');
  if (process.getuid?.() === 0) return;
  throw new DemoError(
    'The demo needs root, for the container, its cgroup and its mounts: sudo npx --yes pnpm@12 demo. ' +
      'The README has a table of what works without root.',
  );
}

async function installPackages({ shim, rootfs, image }: DemoArguments): Promise<void> {
  const packages = [
    'runc',
    ...(shim === undefined ? [] : ['containerd']), // the stock shim is in it
    ...(rootfs === undefined && image === undefined ? ['busybox-static'] : []),
    ...(image === undefined ? [] : ['skopeo', 'umoci']),
  ];
  const setup = path.join(import.meta.dirname, '../setup.sh');
  const { exitCode } = await execa(setup, packages, { stdio: 'inherit', reject: false });
  if (exitCode !== 0) throw new DemoError('The demo cannot go on without these packages.');
}

/** Whatever happens, nothing is left when it is over: not even by an interruption from the keyboard. */
async function demoIn(base: string, wanted: DemoArguments): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interrupted.abort(new DemoError(`The demo was ended by ${signal}.`)));
  }
  const where = layout(base, wanted.shim);
  try {
    return await demo(where, wanted, interrupted.signal);
  } catch (error) {
    await cleanUpAfterFailure(where, wanted);
    throw error;
  } finally {
    await removeLeftovers(where.token, where.base);
  }
}

async function cleanUpAfterFailure(where: Layout, { isV2 }: DemoArguments): Promise<void> {
  chapter('It cleans up what was left');
  await (isV2 ? cleanUpV2(where) : cleanUp(where)).catch((failure: unknown) =>
    console.error(`The clean-up failed: ${failure}`),
  );
  await untilNothingIsLeft(where.token);
  const left = leftovers(where.token);
  step('checked', left.length === 0 ? 'nothing is left' : `left, and removed now: ${naming(left)}`);
}

async function demo(where: Layout, wanted: DemoArguments, signal: AbortSignal): Promise<number> {
  if (wanted.image === undefined) return demoOf(where, wanted, signal);
  const root = await rootFromImage(wanted.image, wanted.command, where.base, signal);
  const { rootfs, command, process } = root;
  try {
    return await demoOf(where, { ...wanted, rootfs, command, process }, signal, root.remove);
  } finally {
    await root.remove();
  }
}

/** What is run, and as whom. */
interface Wanted extends DemoArguments {
  readonly process?: object;
}

async function demoOf(
  where: Layout,
  wanted: Wanted,
  signal: AbortSignal,
  removeRoot: () => Promise<void> = async () => {},
): Promise<number> {
  if (wanted.rootfs === undefined) await makeBusyboxRootfs(where.busybox);
  // Held open, and never read here: what the container writes while no manager is there stays in the pipes
  // even when it ends meanwhile.
  const pipes = await TaskIO.create(where.io);
  const status = await runProcesses(where, wanted, signal).finally(() => pipes.close());
  if (NOT_RUN.includes(status)) {
    await cleanUpAfterFailure(where, wanted);
    return status;
  }
  await removeRoot();
  await removeDirectories(where);
  proveNothingIsLeft(where);
  return status;
}

/** One process makes the container and exits, another sees it to its end; or one does all. */
async function runProcesses(where: Layout, wanted: Wanted, signal: AbortSignal): Promise<number> {
  const run = (name: string, program: string) => runProcess({ name, program, where, wanted, signal });
  if (wanted.isLocal) return run('process', 'local.ts');
  const [first, second] = wanted.isV2 ? ['manage-v2.ts', 'reattach-v2.ts'] : ['manage.ts', 'reattach.ts'];
  const manager = await run('first process', first);
  return manager === 0 ? run('second process', second) : manager;
}

async function runProcess(options: {
  readonly name: string;
  readonly program: string;
  readonly where: Layout;
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { name, program, where, wanted, signal: cancelSignal } = options;
  const file = path.join(import.meta.dirname, program);
  const rootfs = wanted.rootfs ?? where.busybox;
  const run = await execa(
    process.execPath,
    [...process.execArgv, file, where.base, rootfs, ...wanted.command],
    {
      env: {
        ...(wanted.shim !== undefined && { DEMO_SHIM: wanted.shim }),
        // By itself, the process of runtime v2 waits for further containers.
        ...(wanted.isV2 && { SHIMWRIGHT_LINGER_MS: '0' }),
        ...(wanted.process && { DEMO_PROCESS: JSON.stringify(wanted.process) }),
      },
      stdio: 'inherit',
      reject: false,
      cancelSignal,
    },
  );
  cancelSignal.throwIfAborted();
  if (run.exitCode !== undefined) return run.exitCode;
  throw new DemoError(`The ${name} was ended by ${run.signal}.`);
}

/** What is kept for the next container: the roots themselves. They must be empty. */
async function removeDirectories({ base, busybox, token }: Layout): Promise<void> {
  await untilNothingIsLeft(token);
  await rm(path.join(base, 'images'), { recursive: true, force: true });
  await rm(busybox, { recursive: true, force: true }); // no mount is left
  const found = await filesBelow(base);
  if (found.length > 0) throw new DemoError(`left behind: ${naming(found)}`);
  await rm(base, { recursive: true });
}

function proveNothingIsLeft({ token }: Layout): void {
  const left = leftovers(token);
  if (left.length > 0) throw new DemoError(`left behind: ${naming(left)}`);
  chapter('Nothing is left');
  step('checked', 'no process, no mount, no socket, no cgroup, no file');
}
