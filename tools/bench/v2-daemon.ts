import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { IMAGE } from '../../packages/shim-service/test/fixtures/image-by-hand.ts';
import { callGrpc } from '../testing/grpc-calls.ts';
import type { Fields } from '../testing/protobuf-fields.ts';

const run = promisify(execFile);

const CRI = 'plugins."io.containerd.grpc.v1.cri"';

const ID: Fields = { id: [1, 'string'] };
const PROCESS: Fields = { id: [1, 'string'], execId: [2, 'string'] };
const ANY: Fields = { typeUrl: [1, 'string'], value: [2, 'bytes'] };

/** The calls of `containerd.services.tasks.v1.Tasks` that a life needs, as far as they need their messages. */
const CALLS = {
  Create: [{ ...ID, stdin: [4, 'string'], stdout: [5, 'string'], stderr: [6, 'string'] }, {}],
  Start: [PROCESS, {}],
  Wait: [PROCESS, { exitStatus: [1, 'number'] }],
  Delete: [ID, {}],
  DeleteProcess: [PROCESS, {}],
  Exec: [{ id: [1, 'string'], spec: [6, ANY], execId: [7, 'string'] }, {}],
  Kill: [{ id: [1, 'string'], execId: [2, 'string'], signal: [3, 'number'], all: [4, 'bool'] }, {}],
} as const satisfies Readonly<Record<string, readonly [Fields, Fields]>>;

/** A containerd of its own, which finds both shims: the stock one and ours, by the names of their runtimes. */
export class BenchDaemon {
  readonly base: string;
  readonly #daemon: ChildProcess;

  /** Starts it below `base`, with our program `shim`. */
  static async start(base: string, shim: string): Promise<BenchDaemon> {
    const bin = path.join(base, 'bin');
    await mkdir(path.join(base, 'rootfs/bin'), { recursive: true });
    await mkdir(bin);
    await symlink(shim, path.join(bin, 'containerd-shim-shimwright-v2'));
    await copyFile('/bin/busybox', path.join(base, 'rootfs/bin/busybox'));
    for (const name of ['dd', 'sleep', 'true']) await symlink('busybox', path.join(base, 'rootfs/bin', name));
    await writeFile(
      path.join(base, 'config.toml'),
      `version = 2
root = "${base}/root"
state = "${base}/state"
[grpc]
  address = "${base}/c.sock"
[ttrpc]
  address = "${base}/t.sock"
[${CRI}]
  sandbox_image = "${IMAGE}"
  restrict_oom_score_adj = true
[${CRI}.containerd]
  snapshotter = "native"
  default_runtime_name = "peer"
[${CRI}.containerd.runtimes.ours]
  runtime_type = "io.containerd.shimwright.v2"
[${CRI}.containerd.runtimes.peer]
  runtime_type = "io.containerd.runc.v2"
`,
    );
    const env = {
      ...process.env,
      PATH: `${bin}:${process.env['PATH']}`,
      SHIMWRIGHT_NODE: process.execPath,
      SHIMWRIGHT_LINGER_MS: '5000',
    };
    const daemon = spawn('containerd', ['--config', path.join(base, 'config.toml')], {
      env,
      stdio: 'ignore',
    });
    const started = new BenchDaemon(base, daemon);
    while (
      !(await started.ctr('version').then(
        () => true,
        () => false,
      ))
    )
      await delay(50);
    return started;
  }

  private constructor(base: string, daemon: ChildProcess) {
    this.base = base;
    this.#daemon = daemon;
  }

  async ctr(...args: readonly string[]): Promise<void> {
    await run('ctr', ['--address', path.join(this.base, 'c.sock'), ...args]);
  }

  /** Makes a container, whose task is to be made. */
  async container(
    id: string,
    runtime: string,
    options: readonly string[],
    ...args: readonly string[]
  ): Promise<void> {
    const rootfs = path.join(this.base, 'rootfs');
    await this.ctr('container', 'create', '--runtime', runtime, '--rootfs', ...options, rootfs, id, ...args);
  }

  /** Makes a call of the daemon for tasks. */
  async call(name: keyof typeof CALLS, values: Readonly<Record<string, unknown>>): Promise<void> {
    const [request, response] = CALLS[name];
    const call = { path: `/containerd.services.tasks.v1.Tasks/${name}`, request, response };
    await callGrpc(path.join(this.base, 'c.sock'), call, values, { 'containerd-namespace': 'default' });
  }

  /** The life of a container's task. */
  async life(id: string, stdout = ''): Promise<void> {
    await this.call('Create', { id, ...(stdout === '' ? {} : { stdout, stderr: stdout }) });
    const ended = this.call('Wait', { id });
    await this.call('Start', { id });
    await ended;
    await this.call('Delete', { id });
  }

  async stop(): Promise<void> {
    const exit = once(this.#daemon, 'exit');
    this.#daemon.kill('SIGTERM');
    await exit;
  }
}
