import { isObject } from '../json.ts';

const STATUSES = ['creating', 'created', 'running', 'pausing', 'paused', 'stopped'] as const;

/** Where a container is in its life. */
export type ContainerStatus = (typeof STATUSES)[number];

/** A container as its runtime sees it. */
export interface ContainerState {
  /** Its id. */
  readonly id: string;
  /** Where it is in its life. */
  readonly status: ContainerStatus;
  /** The id of its first process, as the runtime sees it; 0 when it has stopped. */
  readonly pid: number;
  /** The absolute path of its bundle. */
  readonly bundle: string;
  /** The path of its root; crun gives the words of the specification. Not in every runtime's list. */
  readonly rootfs?: string | undefined;
  /** When it was made, as the runtime writes it (RFC 3339). */
  readonly created?: string | undefined;
  /** The user it belongs to; may be empty. */
  readonly owner?: string | undefined;
  /** The version of the specification it keeps to. Not in crun's list. */
  readonly ociVersion?: string | undefined;
  /** The annotations of its specification. @default {} */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The state that `state` prints. @throws {Error} for anything else. */
export function parseState(text: string): ContainerState {
  return toState(JSON.parse(text));
}

/** The states that `list` prints: runc prints `null` for none. @throws {Error} for anything else. */
export function parseStates(text: string): ContainerState[] {
  return toArray(JSON.parse(text)).map(toState);
}

/** The process ids that `ps` prints: runc prints `null` for none. @throws {Error} for anything else. */
export function parsePids(text: string): number[] {
  const pids = toArray(JSON.parse(text));
  if (pids.every((pid) => typeof pid === 'number' && Number.isSafeInteger(pid))) return pids as number[];
  throw new TypeError('not all of them are process ids');
}

function toState(value: unknown): ContainerState {
  if (!isObject(value)) throw new TypeError('a state is an object');
  const { id, status, pid, bundle, annotations } = value;
  const isState =
    typeof id === 'string' && isStatus(status) && Number.isSafeInteger(pid) && typeof bundle === 'string';
  if (!isState) throw new TypeError('a state has an id, a status, a pid and a bundle');
  return {
    id,
    status,
    pid: Number(pid),
    bundle,
    rootfs: textOf(value['rootfs']),
    created: textOf(value['created']),
    owner: textOf(value['owner']),
    ociVersion: textOf(value['ociVersion']),
    annotations: isObject(annotations) ? (annotations as Record<string, string>) : {},
  };
}

function isStatus(value: unknown): value is ContainerStatus {
  return (STATUSES as readonly unknown[]).includes(value);
}

function toArray(value: unknown): unknown[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw new TypeError('a list is an array');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
