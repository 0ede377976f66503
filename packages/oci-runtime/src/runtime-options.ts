import { tmpdir } from 'node:os';
import path from 'node:path';
import { badArgument } from './errors.ts';
import { describe } from './json.ts';
import type { RuntimeSpawn } from './processes/spawned-process.ts';
import { validDelay, validFlag, validOptions, validPath, validText, validTimeout } from './validate.ts';

/** How to drive a runtime: the same for all calls. */
export interface OciRuntimeOptions {
  /**
   * The runtime's path, or its name on the PATH. `'auto'` is crun where it can make a container on this machine, which
   * is tried once in a process, and else runc; see `chosen()`. @default `runc` where it is installed, else `crun`
   */
  readonly command?: string | undefined;
  /** The directory of the runtime's state; ids are unique within one. @default the runtime's own, `/run/runc` for runc as root */
  readonly root?: string | undefined;
  /** Whether cgroups are made through systemd; `cgroupsPath` then is `slice:prefix:name`. @default false */
  readonly systemdCgroup?: boolean | undefined;
  /** Whether permissions that only root has are done without. @default 'auto', which leaves it to the runtime */
  readonly rootless?: boolean | 'auto' | undefined;
  /** The criu for checkpoint and restore; runc only. @default the one on the PATH */
  readonly criu?: string | undefined;
  /** Whether the runtime logs what it does, not only what fails. @default false */
  readonly debug?: boolean | undefined;
  /** A file to which all that the runtime logs is added after each call, in JSON, one entry a line. @default none */
  readonly log?: string | undefined;
  /** Environment variables of the runtime, besides this program's own; undefined removes one. @default none */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where files are put while a call lasts. @default `os.tmpdir()` */
  readonly tempDir?: string | undefined;
  /**
   * How long a call may take, in milliseconds, unless it says so itself; `Infinity` for as long as it likes. @default
   * 600000 for those that run hooks: `create`, `start`, `run`, `restore` and `exec` detached, `kill` and `delete`;
   * 3600000 for `checkpoint`; none for those that wait for a process, and for `events`; 60000 for others
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How long, in milliseconds, the runtime of an aborted call may take to finish what it is in the middle of,
   * which usually takes some 20; and once more to fail, when what it waits for is killed. One that has not ended
   * then is killed itself, which can leave empty cgroups. @default 1000
   */
  readonly abortGraceMs?: number | undefined;
  /** Starts the runtime, where a program has a quicker way than Node's. @default through execa */
  readonly spawn?: RuntimeSpawn | undefined;
  /** How long, in milliseconds, the deletion of what an aborted call made may take. @default 15000 */
  readonly cleanupTimeoutMs?: number | undefined;
}

/** The options, checked, with every default. */
export interface RuntimeSettings {
  readonly systemdCgroup: boolean;
  readonly globalArgs: readonly string[];
  /** Where the runtime keeps the state of each container, as far as that is known. */
  readonly stateDirectories: readonly string[];
  readonly log: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly tempDir: string;
  readonly timeoutMs: number | undefined;
  readonly abortGraceMs: number;
  readonly cleanupTimeoutMs: number;
  readonly spawn: RuntimeSpawn | undefined;
}

// What a service manager says to this program would be obeyed by the runtime: it waits for a message of the
// container to NOTIFY_SOCKET, and counts LISTEN_FDS on top of the descriptors it is to hand over.
const NOT_FOR_RUNTIMES = ['NOTIFY_SOCKET', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'] as const;

/**
 * Fills in the options.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
 */
export function withDefaults(options: OciRuntimeOptions): RuntimeSettings {
  validOptions(options);
  const { timeoutMs, spawn } = options;
  if (spawn !== undefined && typeof spawn !== 'function') {
    throw badArgument(`spawn must be a function, and is ${describe(spawn)}`);
  }
  const { command, log, tempDir = tmpdir(), abortGraceMs = 1000, cleanupTimeoutMs = 15_000 } = options;
  if (command !== undefined && validText(command, 'the command') === '')
    throw badArgument('the command is empty');
  const env = environment(options.env ?? {});
  return {
    systemdCgroup: options.systemdCgroup ?? false,
    globalArgs: globalArgs(options),
    stateDirectories: stateDirectories(options.root, env),
    log: log === undefined ? undefined : validPath(log, 'the log'),
    env,
    tempDir: validPath(tempDir, 'the directory for temporary files'),
    timeoutMs: timeoutMs === undefined ? undefined : validTimeout(timeoutMs, 'timeoutMs'),
    abortGraceMs: validDelay(abortGraceMs, 'abortGraceMs'),
    cleanupTimeoutMs: validTimeout(cleanupTimeoutMs, 'cleanupTimeoutMs'),
    spawn,
  };
}

function globalArgs({ root, systemdCgroup, rootless = 'auto', criu, debug }: OciRuntimeOptions): string[] {
  const args: string[] = [];
  if (root !== undefined) args.push(`--root=${validPath(root, 'the root')}`);
  if (validFlag(systemdCgroup, 'systemdCgroup')) args.push('--systemd-cgroup');
  if (rootless !== 'auto') args.push(`--rootless=${validFlag(rootless, 'rootless')}`);
  if (criu !== undefined) args.push(`--criu=${validPath(criu, 'the criu')}`);
  if (validFlag(debug, 'debug')) args.push('--debug');
  return args;
}

function environment(own: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of NOT_FOR_RUNTIMES) delete env[name];
  for (const [name, value] of Object.entries(validOptions(own, 'env'))) {
    if (value === undefined) delete env[name];
    else env[validName(name)] = validText(value, `the variable ${name}`);
  }
  return env;
}

// The messages of crun name the files of a container's state; those of runc do not. It has its own directory below a
// user's, in the order in which it looks for one.
function stateDirectories(root: string | undefined, { XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): string[] {
  if (root !== undefined) return [path.resolve(root)];
  return [XDG_RUNTIME_DIR, '/run', `/run/user/${process.getuid?.()}`]
    .filter(Boolean)
    .map((each) => `${each}/crun`);
}

function validName(name: string): string {
  if (name !== '' && !name.includes('=')) return validText(name, 'the name of a variable');
  throw badArgument(`${JSON.stringify(name)} is no name of a variable`);
}
