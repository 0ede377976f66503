// Runs code that nobody trusts, and gives back what it said: within a time, in so much memory, with few processes, without
// a network, as a user that exists nowhere else, and with nothing of this machine in sight. `runSandboxed` is the function;
// started as a program it runs its arguments: `run-sandboxed.ts sh -c 'echo hello'`.
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  becomeSubreaper,
  defaultSpec,
  newBundle,
  newShimClient,
  shimLocal,
  TaskIO,
} from '@shimwright/runtime-v1';
import { makeBusyboxRootfs } from './busybox-rootfs.ts';

export interface SandboxOptions {
  /** The command and its arguments. */
  readonly args: readonly string[];
  /** A directory that becomes `/`, read-only; everybody must be able to read it. @default one with nothing but busybox */
  readonly rootfs?: string;
  /** What the command reads. @default nothing */
  readonly stdin?: string;
  /** How long it may run. */
  readonly timeoutMs: number;
  /** How much memory it may have, files in its `/tmp` included. */
  readonly memoryBytes: number;
  /** How many processes and threads it may have. @default 64 */
  readonly maxProcesses?: number;
  /** How many bytes of stdout, and of stderr, are kept; the rest is thrown away. @default 1 MiB */
  readonly maxOutputBytes?: number;
}

export interface SandboxResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 and the number of the signal where one ended it. */
  readonly exitStatus: number;
  /** Whether it was ended because its time was over. */
  readonly timedOut: boolean;
  /** Whether one of its processes was ended because its memory was full. */
  readonly outOfMemory: boolean;
}

/** The container's users, as the machine sees them: ids that belong to nobody. */
const NOBODYS_IDS = [{ containerID: 0, hostID: 2_000_000_000, size: 65_536 }];

/** Runs the command to its end. Nothing of it is left then, however it ended. */
export async function runSandboxed(options: SandboxOptions): Promise<SandboxResult> {
  becomeSubreaper(); // this process takes the place of a shim
  const id = `sandboxed-${randomUUID()}`;
  await using undo = new AsyncDisposableStack();

  const home = await mkdtemp('/run/sandboxed-');
  undo.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o711); // root in the container is nobody here, and has to pass

  const bundle = await newBundle({
    id,
    path: `${home}/state`,
    workDir: `${home}/work`,
    spec: specOf(id, options),
  });
  undo.defer(() => bundle.delete());

  let outOfMemory = false;
  const publish = (_namespace: string, topic: string) => {
    if (topic === '/tasks/oom') outOfMemory = true;
  };
  const shim = await newShimClient(
    bundle,
    'sandbox',
    shimLocal({ runtimeRoot: `${home}/runc` }, { publish }),
  );
  undo.use(shim); // which kills and deletes the container when it is closed

  const io = undo.use(await TaskIO.create(`${home}/io`, { stdin: options.stdin !== undefined }));
  const source = options.rootfs ?? (await newRootfs(home));
  const rootfs = [{ type: 'bind', source, options: ['bind', 'ro'] }];
  await shim.create({ id, bundle: bundle.path, rootfs, ...io.paths });

  const { stdin, stdout, stderr } = io.streams();
  const output = Promise.all([stdout, stderr].map((stream) => beginningOf(stream, options.maxOutputBytes)));
  await shim.start({ id });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    shim.kill({ id, signal: 9, all: true }).catch(() => {}); // it may have ended just now
  }, options.timeoutMs);

  stdin?.on('error', () => {}).end(options.stdin ?? ''); // it need not read all of it
  if (stdin) await shim.closeIO({ id, stdin: true }).catch(() => {});
  const { exitStatus } = await shim.wait({ id });
  clearTimeout(timer);
  const [said = '', complained = ''] = await output;
  return { stdout: said, stderr: complained, exitStatus, timedOut, outOfMemory };
}

function specOf(id: string, { args, memoryBytes, maxProcesses = 64 }: SandboxOptions) {
  const spec = defaultSpec({
    args,
    cgroupsPath: `/${id}`,
    user: { uid: 65_534, gid: 65_534 },
    uidMappings: NOBODYS_IDS,
    gidMappings: NOBODYS_IDS,
    capabilities: [],
    pidsLimit: maxProcesses,
  });
  // As much with swap as without: it gets none.
  spec.linux.resources = { ...spec.linux.resources, memory: { limit: memoryBytes, swap: memoryBytes } };
  return spec;
}

async function newRootfs(home: string): Promise<string> {
  await makeBusyboxRootfs(`${home}/rootfs`);
  return `${home}/rootfs`;
}

/** Reads all of it, as a writer would wait otherwise, and keeps the first bytes. */
async function beginningOf(stream: Readable | undefined, maxBytes = 1024 * 1024): Promise<string> {
  const kept: Buffer[] = [];
  let missing = maxBytes;
  for await (const chunk of stream ?? []) {
    if (missing > 0) kept.push(chunk.subarray(0, missing));
    missing -= chunk.length;
  }
  return Buffer.concat(kept).toString();
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  console.log(await runSandboxed({ args, timeoutMs: 10_000, memoryBytes: 64 * 1024 * 1024 }));
}
