import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type DescriptorWatch,
  makeEventfd,
  type PathWatch,
  takeEvents,
  watchPath,
  watchReadable,
} from '@shimwright/linux-native';

/** Where the kernel counts the memory of a container, and in which of its two ways. */
export interface MemoryCgroup {
  /** Of cgroups. */
  readonly version: 1 | 2;
  /** The directory. */
  readonly path: string;
}

/** A watch on the memory of a container. */
export interface OomWatch {
  /** Ends the watch, after telling what has happened by now. Never throws; a second time it does nothing. */
  close(): void;
}

/** A watch on nothing, for a container whose memory nobody counts. */
export const NO_OOM_WATCH: OomWatch = { close: () => {} };

/**
 * Calls `onOom` whenever a process of the cgroup is killed because there is no memory left for it: told by an eventfd
 * in cgroup v1, by a change of `memory.events` in v2. Nothing is polled unless the kernel has no watch left, and nothing keeps this process alive.
 *
 * @throws a system error when the cgroup cannot be watched.
 */
export function watchOom({ version, path: directory }: MemoryCgroup, onOom: () => void): OomWatch {
  return version === 1 ? new EventfdWatch(directory, onOom) : new MemoryEventsWatch(directory, onOom);
}

/**
 * The cgroup that counts the memory of a process, where there is one that this process sees.
 *
 * @throws a system error when the process is gone.
 */
export function memoryCgroupOf(pid: number): MemoryCgroup | undefined {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').map(parseMembership);
  const v1 = lines.find((line) => line?.controllers.includes('memory'));
  const found = v1 ?? lines.find((line) => line?.controllers === '');
  if (!found) return undefined;
  const version = v1 ? 1 : 2;
  const directory = directoryOf(version, found.path);
  return directory === undefined ? undefined : { version, path: directory };
}

interface Membership {
  readonly controllers: string | readonly string[];
  readonly path: string;
}

/** A line of cgroup(7): `ID:CONTROLLER,…:PATH`, in v2 without controllers. */
function parseMembership(line: string): Membership | undefined {
  const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return undefined;
  return { controllers: controllers === '' ? '' : controllers.split(','), path };
}

function directoryOf(version: 1 | 2, inHierarchy: string): string | undefined {
  const mount = hierarchies()[version];
  if (!mount) return undefined;
  const below = path.relative(mount.root, inHierarchy);
  return below.startsWith('..') ? undefined : path.join(mount.target, below);
}

interface Hierarchy {
  readonly root: string;
  readonly target: string;
}

let known: Readonly<Record<1 | 2, Hierarchy | undefined>> | undefined;

/** Where the hierarchies are mounted, from proc_pid_mountinfo(5). They stay while a system runs. */
function hierarchies(): Readonly<Record<1 | 2, Hierarchy | undefined>> {
  if (known) return known;
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const find = (type: RegExp): Hierarchy | undefined => {
    const [, , , root, target] = lines.find((line) => type.test(line))?.split(' ') ?? [];
    return root === undefined || target === undefined ? undefined : { root, target };
  };
  known = { 1: find(/ - cgroup \S+ (\S+,)?memory(,|$)/), 2: find(/ - cgroup2 /) };
  return known;
}

class EventfdWatch implements OomWatch {
  readonly #directory: string;
  readonly #onOom: () => void;
  readonly #eventfd: number;
  #watch: DescriptorWatch | undefined;

  constructor(directory: string, onOom: () => void) {
    this.#directory = directory;
    this.#onOom = onOom;
    this.#eventfd = makeEventfd();
    try {
      const control = openSync(path.join(directory, 'memory.oom_control'), 'r');
      try {
        writeFileSync(path.join(directory, 'cgroup.event_control'), `${this.#eventfd} ${control}`);
      } finally {
        closeSync(control);
      }
      this.#watch = watchReadable(this.#eventfd, () => this.#tell());
      this.#watch.unref();
    } catch (error) {
      closeSync(this.#eventfd);
      throw error;
    }
  }

  close(): void {
    if (!this.#watch) return;
    this.#tell();
    this.#watch?.close();
    this.#watch = undefined;
    closeSync(this.#eventfd);
  }

  #tell(): void {
    // The removal of the cgroup counts as an event too.
    if (takeEvents(this.#eventfd) > 0n && existsSync(this.#directory)) this.#onOom();
  }
}

class MemoryEventsWatch implements OomWatch {
  readonly #file: string;
  readonly #onOom: () => void;
  readonly #watcher: PathWatch;
  #kills: number;

  constructor(directory: string, onOom: () => void) {
    this.#file = path.join(directory, 'memory.events');
    this.#onOom = onOom;
    this.#kills = killsIn(readFileSync(this.#file, 'utf8'));
    this.#watcher = watchPath(this.#file, () => this.#tell());
    this.#watcher.unref();
  }

  close(): void {
    this.#tell();
    this.#watcher.close();
  }

  #tell(): void {
    const kills = this.#read();
    if (kills <= this.#kills) return;
    this.#kills = kills;
    this.#onOom();
  }

  #read(): number {
    try {
      return killsIn(readFileSync(this.#file, 'utf8'));
    } catch {
      return this.#kills; // the cgroup is gone
    }
  }
}

/** How many processes were killed, from the file memory.events of cgroup v2. */
function killsIn(events: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0);
}
