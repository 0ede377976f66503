import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { isShortage, makeDirectoriesSync } from '@shimwright/linux-native';
import { isRunning, type ProcessIdentity } from '@shimwright/shim-host';
import type { GroupFiles } from './group.ts';

/** How long a shim that was asked for is kept for whoever asked. */
const START_MS = 60_000;

/** The process that serves a group, and where. */
export interface GroupServer {
  readonly server: ProcessIdentity;
  /** Where it listens, `unix://PATH`. */
  readonly address: string;
}

/** The process that serves a group, proven to run by what the kernel says of it; undefined where none does. */
export function runningServer(files: GroupFiles): GroupServer | undefined {
  try {
    const [pid = '', startTime = '', address = ''] = readFileSync(files.server, 'utf8').trim().split(' ');
    const server = { pid: Number(pid), startTime };
    return address !== '' && isRunning(server) ? { server, address } : undefined;
  } catch {
    return undefined;
  }
}

/** Says which process serves a group. */
export function recordServer(files: GroupFiles, { server, address }: GroupServer): void {
  const line = `${server.pid} ${server.startTime} ${address}\n`;
  atomicWriteFileSync(files.server, line, { mode: 0o600, fsync: false, fsyncDirectory: false });
}

/** Makes the directories of a group. */
export function makeGroup(files: GroupFiles): void {
  for (const directory of [files.directory, files.starts, files.daemons]) {
    makeDirectoriesSync(directory, 0o700, 0o700);
  }
}

/** Says that the shim of a container was asked for: the process of the group does not end before it is used. */
export function noteStart(files: GroupFiles, id: string): void {
  writeFileSync(path.join(files.starts, id), '', { mode: 0o600 });
}

/** Says that it is used, or not needed any more. */
export function forgetStart(files: GroupFiles, id: string): void {
  rmSync(path.join(files.starts, id), { force: true });
}

/** Whether a shim was asked for, and is not used yet. Whoever asked and did not come is forgotten after a minute. */
export function isStartNoted(files: GroupFiles): boolean {
  const noted = namesIn(files.starts);
  if (!noted) return true; // nobody who may be about to come is to find that it has ended
  const [fresh, old] = [noted.filter((name) => isFresh(files, name)), noted];
  for (const name of old) if (!fresh.includes(name)) forgetStart(files, name);
  return fresh.length > 0;
}

function isFresh(files: GroupFiles, name: string): boolean {
  const found = statSync(path.join(files.starts, name), { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < START_MS;
}

/** Undefined where they cannot be read just now. */
function namesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (error) {
    return isShortage(error) ? undefined : []; // somebody cleaned up
  }
}
