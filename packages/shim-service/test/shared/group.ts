import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Any, decodeEvent } from '@shimwright/shim-api';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { builtProgram } from '../../../../tools/testing/built-program.ts';
import { type Sandbox, sandbox } from '../../../../tools/testing/sandbox.ts';
import { defaultSpec } from '../../../bundle-core/src/index.ts';
import {
  isExitUnknown,
  newClient,
  type SharedOptions,
  type ShimClient,
  type ShimConfig,
  TaskIO,
  watchSpool,
  withConnect,
  withShared,
} from '../../../shim-client/src/index.ts';
import type { sharedProgram } from '../../src/index.ts';
import { hostRoot, processSpec } from '../fixtures/shim.ts';

const PROGRAM = builtProgram('shim-service', 'shimwright-shim.cjs');

type Program = ReturnType<typeof sharedProgram>;

/** The process that serves, without a keeper. */
const ALONE: Program = { command: process.execPath, args: [PROGRAM] };

/** Bundles that are served by one process; all of it is gone after the test. */
export interface Group extends Sandbox {
  readonly controlSocket: string;
  /** A bundle with nothing in it but a spec that runs `args`, in so many bytes of memory. */
  bundle(id: string, args?: readonly string[], memory?: number): Promise<Member>;
}

/** A bundle of a group. */
export interface Member {
  readonly id: string;
  readonly config: ShimConfig;
  readonly options: SharedOptions;
  /** Where its shim listens. */
  readonly socket: string;
  /** Gets its shim by `withShared`; given up after the test. */
  add(options?: Partial<SharedOptions>): Promise<ShimClient>;
  /** Gets the shim at its address. */
  connect(): Promise<ShimClient>;
  /** Ends its container and deletes it as its shim would. */
  deleteContainer(): Promise<void>;
  /** Creates its container. */
  create(shim: ShimClient, stdio?: Partial<TaskIO['paths']>): Promise<number>;
  /** Adds a process and starts it. */
  exec(shim: ShimClient, execId: string, args: readonly string[]): Promise<number>;
  /** FIFOs for its stdio. */
  io(): Promise<TaskIO>;
  /** Its exits as they were published, once there are as many. */
  exits(count: number): Promise<readonly Exit[]>;
}

/** An exit that was published. */
interface Exit {
  readonly containerId: string;
  readonly id: string;
  readonly status: number;
  readonly unknown: boolean;
}

/** @param program of the process that serves; `sharedProgram()` for one with a keeper. */
export async function group(graceMs = 50, program = ALONE): Promise<Group> {
  const box = await sandbox();
  const controlSocket = path.join(box.base, 'run', 'control');
  const { command, args } = program;
  const started = { command, args: [...args, '--grace', String(graceMs)], controlSocket };
  return {
    ...box,
    controlSocket,
    bundle: (id, args = ['/bin/sleep', '600'], memory = undefined) =>
      member(box, started, { id, args, memory }),
  };
}

async function member(
  box: Sandbox,
  started: Pick<SharedOptions, 'command' | 'args' | 'controlSocket'>,
  { id, args, memory }: { id: string; args: readonly string[]; memory: number | undefined },
): Promise<Member> {
  const config = {
    path: path.join(box.state, id),
    workDir: path.join(box.root, id),
    namespace: 'test',
    criu: '',
    runtimeRoot: box.runtimeRoot,
    systemdCgroup: false,
  };
  await mkdir(config.path, { recursive: true });
  await mkdir(config.workDir, { recursive: true });
  const spec = defaultSpec({ args: [...args], cgroupsPath: `/${box.token}-${id}` });
  if (memory !== undefined) spec.linux.resources = { ...spec.linux.resources, memory: { limit: memory } };
  await writeFile(path.join(config.path, 'config.json'), JSON.stringify(spec));

  const socket = path.join(box.base, 's', id);
  const daemonAddress = path.join(box.base, `daemon-${id}.sock`);
  const options = { ...started, daemonAddress, address: `unix://${socket}` };
  const connect = () => newClient(config, withConnect(options));
  return {
    ...{ id, config, options, socket, connect },
    add: async (changed = {}) => {
      const shim = await newClient(config, withShared({ ...options, ...changed }));
      onTestFinished(async () => {
        await shim.close();
        await endWhole(connect, id);
      });
      return shim;
    },
    deleteContainer: async () => {
      await execa('runc', ['--root', path.join(box.runtimeRoot, 'test'), 'delete', '--force', id]);
      await execa('umount', [path.join(config.path, 'rootfs')]);
    },
    create: async (shim, stdio = {}) => {
      const { pid } = await shim.create({ id, bundle: config.path, rootfs: hostRoot, ...stdio });
      return pid;
    },
    exec: async (shim, execId, execArgs) => {
      await shim.exec({ id: execId, spec: processSpec(execArgs) });
      return (await shim.start({ id: execId })).pid;
    },
    io: async () => {
      await mkdir(path.join(box.base, 'io'), { recursive: true });
      const io = await TaskIO.create(path.join(box.base, 'io', id), { stdin: true });
      onTestFinished(() => io.close());
      return io;
    },
    exits: (count) => exits(daemonAddress, count),
  };
}

/** Ends a container and its shim, whatever state a test left them in. */
async function endWhole(connect: () => Promise<ShimClient>, id: string): Promise<void> {
  const shim = await connect().catch(() => undefined);
  if (!shim) return;
  await shim.kill({ signal: 9, all: true }).catch(() => {});
  await shim.wait({ id }).catch(() => {});
  await shim.delete({}).catch(() => {});
  await shim.stopShim().catch(() => {});
  await shim.close();
}

async function exits(daemonAddress: string, count: number): Promise<readonly Exit[]> {
  const found: Exit[] = [];
  for await (const { event } of watchSpool(daemonAddress, { signal: AbortSignal.timeout(20_000) })) {
    found.push(exitIn(event));
    if (found.length === count) break;
  }
  expect(found).toHaveLength(count);
  // The last one stays until another is asked for; its publisher may just be done.
  await expect.poll(() => readdir(`${daemonAddress}.events`)).toHaveLength(1);
  return found;
}

function exitIn(event: Any): Exit {
  const { type, message } = decodeEvent(event);
  if (type !== 'containerd.events.TaskExit') return expect.fail(`a ${type} was published`);
  const { containerId, id, exitStatus: status } = message;
  return { containerId, id, status, unknown: isExitUnknown(event) };
}
