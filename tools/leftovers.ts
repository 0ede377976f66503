import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const MAX_WAIT_MS = 10_000;
const POLL_MS = 20;

/**
 * What containers and shims have left on this machine, each in words. It is found by `token`, a string that
 * nothing else has in it: the name of the directory they were given for their files, sockets and bundles,
 * and the beginning of their cgroups' names.
 */
export function leftovers(token: string): string[] {
  return [
    ...processes(token).map((pid) => `process ${pid}: ${commandLine(pid)}`),
    ...lines('/proc/self/mountinfo', token).map((line) => `mount ${line.split(' ')[4]}`),
    ...lines('/proc/net/unix', token).map((line) => `socket ${line.split(' ').at(-1)}`),
    ...cgroups(token).map((cgroup) => `cgroup ${cgroup}`),
  ];
}

/** Waits until nothing is left, some seconds at most: the process of shared shims ends one after the last of them. */
export async function untilNothingIsLeft(token: string): Promise<void> {
  const deadline = Date.now() + MAX_WAIT_MS;
  while (leftovers(token).length > 0 && Date.now() < deadline) await delay(POLL_MS);
}

/** Ends and removes all of it: for the end of a test, or of a demo that was interrupted. */
export async function removeLeftovers(token: string, directory: string): Promise<void> {
  for (let left = processes(token); left.length > 0; left = processes(token)) {
    for (const pid of left) signal(pid);
    await delay(5);
  }
  for (const line of lines('/proc/self/mountinfo', directory)) {
    await run('umount', ['--lazy', String(line.split(' ')[4])]);
  }
  for (const cgroup of cgroups(token)) await run('rmdir', [cgroup]);
  await rm(directory, { recursive: true, force: true });
}

/** The processes that name the token on their command line, work below it, or are in a cgroup of that name. */
function processes(token: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid && Number(name) !== process.ppid)
    .filter((pid) => isRunning(pid))
    .filter((pid) =>
      [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/cgroup`), link(`/proc/${pid}/cwd`)].some((text) =>
        text.includes(token),
      ),
    )
    .map(Number);
}

function isRunning(pid: string): boolean {
  return !/\) [ZX] /.test(read(`/proc/${pid}/stat`));
}

function cgroups(token: string): string[] {
  const root = '/sys/fs/cgroup';
  const hierarchies = ['', ...readdirSync(root)].map((name) => path.join(root, name));
  return hierarchies.flatMap((hierarchy) => directories(hierarchy, token));
}

function directories(parent: string, token: string): string[] {
  try {
    return readdirSync(parent)
      .filter((name) => name.includes(token))
      .map((name) => path.join(parent, name));
  } catch {
    return []; // a file
  }
}

function lines(file: string, part: string): string[] {
  return read(file)
    .split('\n')
    .filter((line) => line.includes(part));
}

function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

// A process may end between its listing and the look at it.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
