import path from 'node:path';

/** Which containers share the process of a shim: all of a daemon's namespace, those of a pod, or none. */
export type GroupKind = 'namespace' | 'pod' | 'container';

const KINDS: readonly unknown[] = ['namespace', 'pod', 'container'];

/** Whether a value is a kind of group. */
export function isGroupKind(value: unknown): value is GroupKind {
  return KINDS.includes(value);
}

/** What tells a group from all others. */
export interface Group {
  /** The address of the daemon. */
  readonly daemonAddress: string;
  readonly namespace: string;
  /** Which of the namespace's; empty for the one that all share. */
  readonly id: string;
}

// As the stock shim groups, in its order.
const ANNOTATIONS = ['io.containerd.runc.v2.group', 'io.kubernetes.cri.sandbox-id'];

/**
 * Which group of a namespace a container belongs to: that of its pod, as its annotations say; of itself, where they say
 * nothing; and one for all where they are not to be parted.
 */
export function groupIdOf(
  kind: GroupKind,
  id: string,
  annotations: Readonly<Record<string, string>> = {},
): string {
  if (kind === 'namespace') return '';
  if (kind === 'container') return id;
  return ANNOTATIONS.map((name) => annotations[name]).find((found) => found) ?? id;
}

const LONGEST_NAME = 200;

/**
 * The name of a group's directory. The front program, which is a script of the shell, makes the same of what is simple; it
 * leaves everything else to Node.
 */
function groupName({ daemonAddress, namespace, id }: Group): string {
  const name = `${namespace}@${id}@${daemonAddress.replaceAll('/', '%')}`;
  const isSimple = /^[\w.-]+$/.test(namespace) && /^[\w.-]*$/.test(id) && /^[\w./:-]*$/.test(daemonAddress);
  if (isSimple && name.length <= LONGEST_NAME) return name;
  const { hash } = process.getBuiltinModule('node:crypto');
  return `sha256-${hash('sha256', JSON.stringify([daemonAddress, namespace, id]), 'hex')}`;
}

/** The files of a group, in a directory that only this user can write. */
export interface GroupFiles {
  readonly directory: string;
  /** `PID START_TIME ADDRESS` of the process that serves the group; gone before that is. */
  readonly server: string;
  /** A file for each container whose shim was asked for and not used yet. */
  readonly starts: string;
  /** By the process of each daemon that asked, its start time and which version of the answer it takes. */
  readonly daemons: string;
  /** What the process says on its stderr. */
  readonly log: string;
  /** What the directory of the registers of the containers is named after; see `Registry`. */
  readonly containers: string;
  /** The events that the daemon has not taken yet. */
  readonly events: string;
  /** The calls that were not answered yet. */
  readonly calls: string;
  /** A file for each of the last processes that were deleted. */
  readonly deletions: string;
  /** A file for each sandbox. */
  readonly sandboxes: string;
  /** By which the keeper sees whether the process lives. */
  readonly alive: string;
  /** Locked by whoever starts or ends the process. */
  readonly lock: string;
}

/** The files of a group. */
export function groupFiles(group: Group): GroupFiles {
  return groupFilesIn(path.join(groupsDirectory(), groupName(group)));
}

/** The files of the group whose directory that is. */
export function groupFilesIn(directory: string): GroupFiles {
  const file = (name: string) => path.join(directory, name);
  return {
    directory,
    server: file('server'),
    starts: file('starts'),
    daemons: file('daemons'),
    log: file('log'),
    containers: file('containers'),
    events: file('events'),
    calls: file('calls'),
    deletions: file('deletions'),
    sandboxes: file('sandboxes'),
    alive: file('alive'),
    lock: `${directory}.lock`,
  };
}

/** Where the directories of all groups are: they last no longer than the processes. */
export function groupsDirectory(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return process.geteuid?.() === 0 || !runtime ? '/run/shimwright' : path.join(runtime, 'shimwright');
}
