import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DeleteResponse, type RuncOptions } from '@shimwright/shim-api/task-v2';

/** What a bundle tells of its container: the names of the stock shim's files, and one of ours. */
export const NOTES = {
  /** Where the shim listens. */
  address: 'address',
  /** How the container is run, in JSON. */
  options: 'options.json',
  /** The OCI runtime. */
  runtime: 'runtime',
  /** The first process. */
  pid: 'init.pid',
  /** Written when the container was deleted by a call: the answer that `delete` has then, as printf(1) takes it. */
  deleted: 'shim.deleted',
} as const;

/** The names of runc's options in `options.json`. */
const JSON_NAMES: Readonly<Record<keyof RuncOptions, string>> = {
  noPivotRoot: 'no_pivot_root',
  noNewKeyring: 'no_new_keyring',
  shimCgroup: 'shim_cgroup',
  ioUid: 'io_uid',
  ioGid: 'io_gid',
  binaryName: 'binary_name',
  root: 'root',
  criuPath: 'criu_path',
  systemdCgroup: 'systemd_cgroup',
  criuImagePath: 'criu_image_path',
  criuWorkPath: 'criu_work_path',
  taskApiAddress: 'task_api_address',
  taskApiVersion: 'task_api_version',
};

/** Notes how a container is run, for whoever has to delete it when the shim is gone. */
export function noteOptions(bundle: string, options: RuncOptions): void {
  const set = Object.entries(options).filter(([, value]) => value !== '' && value !== 0 && value !== false);
  const named = set.map(([name, value]) => [JSON_NAMES[name as keyof RuncOptions], value]);
  write(bundle, NOTES.options, JSON.stringify(Object.fromEntries(named)));
  write(bundle, NOTES.runtime, options.binaryName);
}

/** Notes the first process of a container. */
export function notePid(bundle: string, pid: number): void {
  write(bundle, NOTES.pid, String(pid));
}

/** Notes that nothing is left of a container, so that `delete` has nothing to do. A bundle that is gone by now needs no note. */
export function noteDeleted(bundle: string, response: Partial<DeleteResponse>): void {
  try {
    const bytes = DeleteResponse.encode(DeleteResponse.fromPartial(response)).finish();
    write(bundle, NOTES.deleted, `${Array.from(bytes, inOctal).join('')}\n`);
  } catch {
    // `delete` then looks for itself.
  }
}

function inOctal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

function write(bundle: string, name: string, content: string): void {
  writeFileSync(path.join(bundle, name), content, { mode: 0o600 });
}
