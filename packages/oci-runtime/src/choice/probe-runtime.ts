import { mkdirSync, mkdtempSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createCall, deleteCall } from '../calls/container-calls.ts';
import { messageOf } from '../errors.ts';
import { fileIdentity } from '../file-identity.ts';
import { Invoker } from '../invoker.ts';
import { type OciRuntimeOptions, withDefaults } from '../runtime-options.ts';
import { isLasting } from './lasting-failure.ts';
import { SharedRun } from './shared-run.ts';

const TIMEOUT_MS = 30_000;

const probes = new SharedRun<string | undefined>();

/**
 * Whether a runtime can make a container on this machine, with these options: one is made, whose process is never
 * started, and deleted. That is done once in a process for each runtime and way to make cgroups.
 *
 * @returns why it cannot; undefined where it can.
 */
export async function probeRuntime(
  command: string,
  options: OciRuntimeOptions,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { systemdCgroup, rootless } = options;
  const key = JSON.stringify([command, fileIdentity(command), systemdCgroup, rootless, process.getuid?.()]);
  try {
    return await probes.get(key, (ending) => whyNot(command, options, ending), signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    return messageOf(error); // this time
  }
}

async function whyNot(
  command: string,
  options: OciRuntimeOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { tempDir } = withDefaults(options);
  const id = `probe-${process.pid}-${crypto.randomUUID().slice(0, 8)}`;
  const bundle = new ProbeBundle(tempDir);
  try {
    const { log: _, ...others } = options;
    const settings = withDefaults({ ...others, root: bundle.state, timeoutMs: TIMEOUT_MS });
    const invoker = new Invoker(settings, async () => command);
    await invoker.invoke(createCall(id, { bundle: bundle.path }), { signal });
    await invoker.invoke(deleteCall(id, { force: true }), {});
    return undefined;
  } catch (error) {
    if (signal.aborted || !isLasting(error)) throw error;
    return messageOf(error);
  } finally {
    bundle.remove();
  }
}

/** A bundle whose container can be made and not run: its program has no content. */
class ProbeBundle {
  readonly path: string;
  readonly #directories: readonly string[];
  readonly #files: readonly string[];

  constructor(parent: string) {
    this.path = mkdtempSync(path.join(parent, 'oci-runtime-probe-'));
    this.#directories = ['rootfs', 'rootfs/dev', 'rootfs/proc'].map((name) => path.join(this.path, name));
    this.#files = ['rootfs/probe', 'config.json'].map((name) => path.join(this.path, name));
    for (const directory of this.#directories) mkdirSync(directory);
    const [program = '', config = ''] = this.#files;
    writeFileSync(program, '', { mode: 0o755 });
    writeFileSync(config, JSON.stringify(specification()));
  }

  /** The directory for the state of the container. */
  get state(): string {
    return path.join(this.path, 'state');
  }

  /** Removes it name by name, as a runtime that failed may have left something mounted there. */
  remove(): void {
    try {
      for (const file of this.#files) unlinkSync(file);
      for (const directory of this.#directories.toReversed()) rmdirSync(directory);
      rmSync(this.state, { recursive: true, force: true });
      rmdirSync(this.path);
    } catch {
      // some bytes that stay are no reason to do without a container
    }
  }
}

function specification(): object {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const mapping = (hostID: number) => [{ containerID: 0, hostID, size: 1 }];
  const kinds = uid === 0 ? ['pid', 'mount'] : ['pid', 'mount', 'user'];
  return {
    ociVersion: '1.0.2',
    process: { user: { uid: 0, gid: 0 }, args: ['/probe'], cwd: '/' },
    root: { path: 'rootfs' },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
    ],
    linux: {
      namespaces: kinds.map((type) => ({ type })),
      ...(uid === 0 ? {} : { uidMappings: mapping(uid), gidMappings: mapping(gid) }),
    },
  };
}
