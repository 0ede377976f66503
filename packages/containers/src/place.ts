import path from 'node:path';
import { loadBundle, validateNamespace } from '@shimwright/bundle-core';
import { ContainerError } from './errors.ts';
import { makeDirectories } from './make-directories.ts';

/** Where containers are kept. Whoever gives the same place sees the same containers. */
export interface PlaceOptions {
  /**
   * Where running containers are kept: bundles, sockets, pipes. It should be lost on a restart of the machine, as the containers are.
   * @default `$SHIMWRIGHT_STATE_DIR`, else '/run/shimwright', and `$XDG_RUNTIME_DIR/shimwright` for a user who is not root
   */
  readonly stateDir?: string | undefined;
  /**
   * Where files are kept: images, volumes, logs, and what containers write.
   * @default `$SHIMWRIGHT_DATA_DIR`, else '/var/lib/shimwright', and `$XDG_DATA_HOME/shimwright` for a user who is not root
   */
  readonly dataDir?: string | undefined;
  /** Keeps containers of one place apart: an id is unique within its namespace. @default `$SHIMWRIGHT_NAMESPACE`, else 'default' */
  readonly namespace?: string | undefined;
  /**
   * The OCI runtime: a path, a name on the PATH, or `auto`, which is crun where it works and runc elsewhere.
   * @default `$SHIMWRIGHT_RUNTIME`, else 'auto'
   */
  readonly runtime?: string | undefined;
  /**
   * How long the helper processes stay after the last container, in milliseconds, so that the next one starts sooner. The first
   * container that starts them decides.
   * @default `$SHIMWRIGHT_LINGER_MS`, else 30000
   */
  readonly lingerMs?: number | undefined;
}

const DEFAULT_LINGER_MS = 30_000;

/** The path of a socket has 106 bytes at most, and below this directory it takes `/s/` and 64 digits. */
const MAX_STATE_DIR = 106 - 67;

const MAX_LINGER_MS = 3_600_000;

/** A place with every default. */
export interface Place {
  readonly stateDir: string;
  readonly dataDir: string;
  readonly namespace: string;
  readonly runtime: string;
  readonly lingerMs: number;
  /** The bundles. */
  readonly bundles: string;
  /** What belongs to each bundle on the disk: its log and its writable layer. */
  readonly work: string;
  /** The volumes, each a directory. */
  readonly volumes: string;
  /** The images. */
  readonly images: string;
  /** The address that events are published for; they wait in a directory beside it. */
  readonly daemonAddress: string;
}

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`, `ERR_CONTAINER_PLATFORM`. @throws {BundleError} `ERR_BUNDLE_NAMESPACE`. */
export function placeOf(options: PlaceOptions = {}): Place {
  requireNode();
  const stateDir = absolute(
    'stateDir',
    options.stateDir ?? (process.env['SHIMWRIGHT_STATE_DIR'] || defaultStateDir()),
  );
  const dataDir = absolute(
    'dataDir',
    options.dataDir ?? (process.env['SHIMWRIGHT_DATA_DIR'] || defaultDataDir()),
  );
  if (Buffer.byteLength(stateDir) > MAX_STATE_DIR) {
    const message = `stateDir has ${Buffer.byteLength(stateDir)} bytes; sockets below it allow for ${MAX_STATE_DIR}`;
    throw new ContainerError('ERR_CONTAINER_ARGUMENT', message, { option: 'stateDir' });
  }
  const namespace = options.namespace ?? (process.env['SHIMWRIGHT_NAMESPACE'] || 'default');
  const runtime = options.runtime ?? (process.env['SHIMWRIGHT_RUNTIME'] || 'auto');
  const lingerMs = options.lingerMs ?? Number(process.env['SHIMWRIGHT_LINGER_MS'] || DEFAULT_LINGER_MS);
  validateNamespace(namespace);
  checkLinger(lingerMs);
  return {
    ...{ stateDir, dataDir, namespace, runtime, lingerMs },
    bundles: path.join(stateDir, 'bundles', namespace),
    work: path.join(dataDir, 'containers', namespace),
    volumes: path.join(dataDir, 'volumes'),
    images: path.join(dataDir, 'images'),
    daemonAddress: path.join(stateDir, 'manager.sock'),
  };
}

/** The bundle of an id, there or not. @throws {ContainerError} `ERR_CONTAINER_ARGUMENT` for what can be no id. */
export function bundleOf(place: Place, id: string): ReturnType<typeof loadBundle> {
  try {
    return loadBundle({ id, path: place.bundles, workDir: place.work });
  } catch (cause) {
    throw new ContainerError(
      'ERR_CONTAINER_ARGUMENT',
      `${JSON.stringify(id)} cannot be the name of a container: use letters, digits, ".", "-" and "_"`,
      { option: 'name', cause },
    );
  }
}

/** Makes the directories that everything else is below; only this user can look into them. */
export async function preparePlace({ stateDir, dataDir }: Place): Promise<void> {
  // A container's root in a user namespace is somebody else, and has to pass.
  await Promise.all([stateDir, dataDir].map((directory) => makeDirectories(directory, 0o711)));
}

/** npm only warns of it, and then a method that is not there would be all that is told. */
function requireNode(): void {
  if (typeof Promise.withResolvers === 'function') return;
  const message = `Node.js ${process.versions.node} is too old: containers need 22.18 or later`;
  throw new ContainerError('ERR_CONTAINER_PLATFORM', message);
}

function absolute(option: string, directory: string): string {
  if (typeof directory === 'string' && path.isAbsolute(directory)) return path.resolve(directory);
  throw new ContainerError('ERR_CONTAINER_ARGUMENT', `${option} must be an absolute path`, { option });
}

function checkLinger(lingerMs: number): void {
  if (Number.isInteger(lingerMs) && lingerMs >= 0 && lingerMs <= MAX_LINGER_MS) return;
  throw new ContainerError(
    'ERR_CONTAINER_ARGUMENT',
    `lingerMs must be a whole number from 0 to ${MAX_LINGER_MS}`,
    {
      option: 'lingerMs',
    },
  );
}

function defaultStateDir(): string {
  if (isRoot()) return '/run/shimwright';
  const runtimeDir = process.env['XDG_RUNTIME_DIR'];
  if (runtimeDir) return path.join(runtimeDir, 'shimwright');
  throw new ContainerError(
    'ERR_CONTAINER_ROOTLESS',
    'XDG_RUNTIME_DIR is not set, so there is no place for running containers: log in as this user, or give stateDir',
    { option: 'stateDir' },
  );
}

function defaultDataDir(): string {
  if (isRoot()) return '/var/lib/shimwright';
  const { XDG_DATA_HOME: dataHome, HOME: home = '/' } = process.env;
  return path.join(dataHome || path.join(home, '.local/share'), 'shimwright');
}

/** Whether this process may do all that containers take. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}
