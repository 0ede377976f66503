import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const MAX_WAIT_MS = 30_000;
const POLL_MS = 20;

/**
 * What containers and shims have left on this machine, each in words. It is found by `token`, a string that
 * nothing else has in it: the name of the directory they were given for their files, sockets and bundles,
 * and the beginning of their cgroups' names.
 */
export function leftovers(token: string): string[] {
  return [
    ...processes(token).map((pid) => `process ${pid}: ${commandLine(pid)}`),
    ...lines('/proc/self/mountinfo', token).map((line) => `mount ${mountPoint(line)}`),
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
  for (const mounted of mountPoints(directory).reverse()) await run('umount', ['--lazy', mounted]);
  for (const cgroup of cgroups(token)) await run('rmdir', [cgroup]);
  const mounts = mountPoints(directory);
  if (mounts.length > 0) throw new Error(`not removed, for something is mounted there: ${naming(mounts)}`);
  await rm(directory, { recursive: true, force: true });
}

/** The files below a directory, without what is mounted there. */
export async function filesBelow(directory: string): Promise<string[]> {
  const mounted = new Set(mountPoints(directory));
  const found: string[] = [];
  const waiting = [directory];
  for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
    for (const entry of await readdir(parent, { withFileTypes: true })) {
      const file = path.join(parent, entry.name);
      if (!entry.isDirectory()) found.push(file);
      else if (mounted.has(file)) found.push(`${file} (a mount)`);
      else waiting.push(file);
    }
  }
  return found.sort();
}

/** The first of them, and how many more there are. */
export function naming(things: readonly string[], most = 10): string {
  const more = things.length - most;
  return [...things.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/** Its fifth field, in which a blank and the like stand as an octal number. */
function mountPoint(line: string): string {
  const field = line.split(' ')[4] ?? '';
  return field.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}

/** What is mounted at a directory or below it; their order is that of the kernel. */
function mountPoints(directory: string): string[] {
  return lines('/proc/self/mountinfo', '/')
    .map(mountPoint)
    .filter((mounted) => mounted === directory || mounted.startsWith(`${directory}/`));
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
