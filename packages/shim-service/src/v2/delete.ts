import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadAddressSync } from '@shimwright/shim-address';
import { DeleteResponse, RuncOptions } from '@shimwright/shim-api/task-v2';
import { checkSocketOwner, listenPath } from '@shimwright/shim-host';
import { bounded, now, runtimeOf, TaskError, unmountRootfs } from '@shimwright/task-core';
import { connect, TtrpcError } from '@shimwright/ttrpc';
import { DEFAULT_RUNTIME_ROOT } from '../v1/requests.ts';
import { NOTES } from './bundle-notes.ts';
import type { TaskCommandLine } from './command-line.ts';
import { KILLED_STATUS } from './give-up.ts';
import { GroupDefinition } from './group-service.ts';

/** How long the process of the group may take to give a container up; the daemon waits for 5 seconds in all. */
const PATIENCE_MS = 4_000;

/**
 * Does the command `delete`: whatever is left of a container is killed, deleted and unmounted, by the process of its group if
 * that answers, else here.
 *
 * @param warn told what could not be done.
 * @returns the `DeleteResponse` that the daemon is told on stdout.
 */
export async function deleteShim(
  command: TaskCommandLine,
  warn: (message: string) => void,
): Promise<Uint8Array> {
  const { id, namespace } = command;
  const bundle = command.bundle || path.join(path.dirname(process.cwd()), id);
  let response: DeleteResponse = { pid: pidIn(bundle), exitStatus: KILLED_STATUS, exitedAt: now() };
  if (!existsSync(path.join(bundle, NOTES.deleted))) {
    response = (await givenUp(bundle, id, warn)) ?? response;
    // A process that does not know the container, or none, leaves it to be looked for.
    await deleteContainer(bundle, id, namespace, warn);
  }
  return DeleteResponse.encode(DeleteResponse.fromPartial(response)).finish();
}

/** Has the process of the group give a container up; undefined where it does not answer, or does not know it. */
async function givenUp(
  bundle: string,
  id: string,
  warn: (message: string) => void,
): Promise<DeleteResponse | undefined> {
  try {
    const address = loadAddressSync(bundle);
    if (address === undefined) return undefined;
    const socket = listenPath(address);
    checkSocketOwner(socket);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await using client = await connect(socket, { signal });
    const response = await client.service(GroupDefinition).giveUp({ id, execId: '' }, { signal });
    return response.pid === 0 ? undefined : response;
  } catch (error) {
    // There is none any more: that is why this is called.
    if (!(error instanceof TtrpcError && error.code === 'ERR_TTRPC_UNREACHABLE'))
      warn(`give up ${id}: ${String(error)}`);
    return undefined;
  }
}

async function deleteContainer(
  bundle: string,
  id: string,
  namespace: string,
  warn: (message: string) => void,
): Promise<void> {
  if (!existsSync(path.join(bundle, NOTES.runtime))) return; // it was never made
  const { binaryName, root, systemdCgroup, criuPath } = optionsIn(bundle);
  const choice = {
    command: binaryName,
    root: path.join(root || DEFAULT_RUNTIME_ROOT, namespace),
    ...{ systemdCgroup, criu: criuPath },
  };
  const call = { doing: 'failed to remove the container', limit: 'asking', signals: [] } as const;
  await bounded(call, (signal) => runtimeOf(choice, bundle).delete(id, { force: true, signal })).catch(
    (error: unknown) => warn(messageOf(error)),
  );
  await unmountRootfs(path.join(bundle, 'rootfs')).catch((error: unknown) => warn(messageOf(error)));
}

/** How a container was made, from the note of its shim, in the names of JSON. */
function optionsIn(bundle: string): RuncOptions {
  try {
    const noted = JSON.parse(readFileSync(path.join(bundle, NOTES.options), 'utf8')) as Record<
      string,
      unknown
    >;
    const named = Object.entries(noted).map(([name, value]) => [camelCase(name), value]);
    return RuncOptions.fromPartial(Object.fromEntries(named));
  } catch {
    return RuncOptions.fromPartial({});
  }
}

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function pidIn(bundle: string): number {
  try {
    const pid = Number(readFileSync(path.join(bundle, NOTES.pid), 'latin1'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
  } catch {
    return 0;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof TaskError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
