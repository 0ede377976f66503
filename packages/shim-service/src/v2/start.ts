import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { Any } from '@shimwright/shim-api';
import { BootstrapParams } from '@shimwright/shim-api/bootstrap';
import { removeQuietly } from '@shimwright/shim-host';
import { NOTES } from './bundle-notes.ts';
import type { TaskCommandLine } from './command-line.ts';
import { answer, answerFormFor, noteAnswerForm } from './daemon-answer.ts';
import { type Group, type GroupFiles, type GroupKind, groupFiles, groupIdOf, isGroupKind } from './group.ts';
import { GroupLock } from './group-lock.ts';
import { forgetStart, makeGroup, noteStart, runningServer } from './group-server-record.ts';
import { type ShimOptions, shimOptions } from './options.ts';
import { spawnServer } from './spawn-server.ts';

/**
 * Does the command `start`: has a process serve the group of the container, and says where.
 *
 * @returns what the daemon is told on stdout.
 * @throws {TtrpcError} `INVALID_ARGUMENT` for options that make no sense; what keeps the process from being started.
 */
export async function start(
  command: TaskCommandLine,
  stdin: Uint8Array,
  env: NodeJS.ProcessEnv,
): Promise<Uint8Array | string> {
  const { id, address: daemonAddress, namespace } = command;
  if (!/^[\w.-]+$/.test(id)) throw new Error(`${JSON.stringify(id)} is no id of a container`);
  const params = bootstrapParams(stdin, id);
  const options = await optionsOf(params, stdin);
  const bundle = command.bundle || process.cwd();
  const kind = command.kind ?? options.group ?? kindIn(env);
  const group: Group = { daemonAddress, namespace, id: groupIdOf(kind, id, annotationsIn(bundle)) };
  const files = groupFiles(group);
  const form = await answerFormFor({ address: daemonAddress, gaveParams: params !== undefined }, env);
  using _ = await GroupLock.take(files.lock);
  const isNew = !existsSync(files.directory);
  try {
    makeGroup(files);
    // Before it is looked whether the process runs: from here on, one that does cannot end.
    noteStart(files, id);
    const server =
      runningServer(files) ??
      (await spawnServer({
        ...{ group, kind, files, command, shimCgroup: options.runc.shimCgroup },
        eventsAddress: params?.containerdTtrpcAddress || env['TTRPC_ADDRESS'] || '',
      }));
    noteAnswerForm(files, form);
    writeAddress(bundle, server.address);
    return answer(form, server.address);
  } catch (error) {
    undo(files, id, isNew);
    throw error;
  }
}

/** Nobody else is at it meanwhile. A process that was started waits for nobody any more, and ends by itself. */
function undo(files: GroupFiles, id: string, isNew: boolean): void {
  forgetStart(files, id);
  if (!isNew || runningServer(files)) return;
  rmSync(files.directory, { recursive: true, force: true });
  removeQuietly(files.lock);
}

/** Where the daemon looks for the shim when it is started anew. */
function writeAddress(bundle: string, address: string): void {
  const settings = { mode: 0o600, fsync: false, fsyncDirectory: false } as const;
  atomicWriteFileSync(path.join(bundle, NOTES.address), address, settings);
}

/** What a daemon from 2.3 on gives; undefined for what others do. Both begin with a text: only there it is the id. */
function bootstrapParams(stdin: Uint8Array, id: string): BootstrapParams | undefined {
  try {
    const params = BootstrapParams.decode(stdin);
    return params.instanceId === id ? params : undefined;
  } catch {
    return undefined;
  }
}

async function optionsOf(params: BootstrapParams | undefined, stdin: Uint8Array): Promise<ShimOptions> {
  if (!params) return shimOptions(stdin.length > 0 ? Any.decode(stdin) : undefined);
  const known = params.extensions.find(({ value }) => /Options$/.test(value?.typeUrl ?? ''));
  return shimOptions(known?.value);
}

/** What all shims are told that a daemon starts, since they have its environment. */
function kindIn(env: NodeJS.ProcessEnv): GroupKind {
  const kind = env['SHIMWRIGHT_GROUP'] ?? 'namespace';
  if (isGroupKind(kind)) return kind;
  throw new Error(`SHIMWRIGHT_GROUP=${kind} is none of namespace, pod and container`);
}

/** The annotations of a container; none where the bundle is that of a sandbox without one. */
function annotationsIn(bundle: string): Readonly<Record<string, string>> {
  try {
    const spec = JSON.parse(readFileSync(path.join(bundle, 'config.json'), 'utf8')) as {
      readonly annotations?: Readonly<Record<string, string>>;
    };
    return spec.annotations ?? {};
  } catch {
    return {};
  }
}
