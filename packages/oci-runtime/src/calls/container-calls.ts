import { validFds, validStdio } from '../processes/descriptors.ts';
import { signalNumber, validDirectory, validId, validList, validPath, validText } from '../validate.ts';
import type {
  CriuOptions,
  RuntimeCheckpointOptions,
  RuntimeCreateOptions,
  RuntimeDeleteOptions,
  RuntimeKillOptions,
  RuntimeRestoreOptions,
  RuntimeRunOptions,
  StartProcessOptions,
} from './call-options.ts';
import { flags } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { resourcesJson } from './spec-json.ts';
import type { Resources } from './specs.ts';

/** `create`. */
export function createCall(id: string, options: RuntimeCreateOptions): Invocation {
  return { ...making('create', id, options, true), preserved: preserved(options) };
}

/** `run`. */
export function runCall(id: string, options: RuntimeRunOptions): Invocation {
  const { detach = false, keep, noSubreaper } = options;
  const own = flags({ detach, keep, 'no-subreaper': noSubreaper });
  return { ...making('run', id, options, detach, own), preserved: preserved(options) };
}

/** `restore`. */
export function restoreCall(id: string, options: RuntimeRestoreOptions): Invocation {
  const { detach = false, noSubreaper } = options;
  const own = [...flags({ detach, 'no-subreaper': noSubreaper }), ...criuFlags(options)];
  return making('restore', id, options, detach, own);
}

/** `checkpoint`. */
export function checkpointCall(id: string, options: RuntimeCheckpointOptions): Invocation {
  const { parentPath, leaveRunning, preDump, pageServer } = options;
  const own = flags({
    'parent-path': path(parentPath, 'parentPath'),
    'leave-running': leaveRunning,
    'pre-dump': preDump,
    'page-server': text(pageServer, 'pageServer'),
  });
  return quietCall('checkpoint', id, [...own, ...criuFlags(options)]);
}

/** `delete`. */
export function deleteCall(id: string, { force }: RuntimeDeleteOptions): Invocation {
  return quietCall('delete', id, flags({ force }));
}

/** `state`. */
export function stateCall(id: string): Invocation {
  return printingCall('state', id);
}

/** `kill`. */
export function killCall(
  id: string,
  signal: NodeJS.Signals | number,
  { all }: RuntimeKillOptions,
): Invocation {
  const { args, ...call } = quietCall('kill', id, flags({ all }));
  const number = signalNumber(signal);
  return { ...call, args: (files) => [...args(files), number] };
}

/** `update`. The resources are in a file, as Node's pipe is a socket, which crun cannot open as `/dev/stdin`. */
export function updateCall(id: string, resources: Resources): Invocation {
  const { args, ...call } = quietCall('update', id);
  const input = resourcesJson(resources);
  return { ...call, args: (files) => [`--resources=${files.writeInput(input)}`, ...args(files)] };
}

/** A call that is about no container. */
export function generalCall(call: string, options: readonly string[] = []): Invocation {
  return { call, args: () => options, standard: ['ignore', 'pipe', 'pipe'] };
}

/** A call that prints nothing. */
export function quietCall(call: string, id: string, options: readonly string[] = []): Invocation {
  const args = [...options, validId(id)];
  return { call, id, args: () => args, standard: ['ignore', 'ignore', 'pipe'] };
}

/** A call that prints what is asked for. */
export function printingCall(call: string, id: string, options: readonly string[] = []): Invocation {
  return { ...quietCall(call, id, options), standard: ['ignore', 'pipe', 'pipe'] };
}

/** The flags of all calls that start a process in a container. */
export function startFlags(
  { consoleSocket, preserveFds = [] }: StartProcessOptions,
  pidFile: string,
): string[] {
  return flags({
    'pid-file': pidFile,
    'console-socket': path(consoleSocket, 'consoleSocket'),
    'preserve-fds': preserveFds.length > 0 && preserveFds.length,
  });
}

/** The descriptors to hand over. */
export function preserved({ preserveFds = [] }: StartProcessOptions): readonly number[] {
  return validFds(preserveFds);
}

function making(
  call: string,
  id: string,
  options: RuntimeCreateOptions,
  isDetached: boolean,
  own: readonly string[] = [],
): Invocation {
  const { bundle, noPivot, noNewKeyring } = options;
  const common = flags({
    bundle: validDirectory(bundle, 'the bundle'),
    'no-pivot': noPivot,
    'no-new-keyring': noNewKeyring,
  });
  validId(id);
  path(options.consoleSocket, 'consoleSocket');
  return {
    call,
    id,
    args: ({ pidFile }) => [...common, ...startFlags(options, pidFile), ...own, id],
    standard: validStdio(options),
    makes: { kind: 'container', isDetached, pidFile: path(options.pidFile, 'pidFile') },
  };
}

function criuFlags(options: CriuOptions): string[] {
  const { emptyNamespaces = [], manageCgroupsMode } = options;
  return flags({
    'image-path': validPath(options.imagePath, 'imagePath'),
    'work-path': path(options.workPath, 'workPath'),
    'tcp-established': options.tcpEstablished,
    'ext-unix-sk': options.externalUnixSockets,
    'shell-job': options.shellJob,
    'file-locks': options.fileLocks,
    'lazy-pages': options.lazyPages,
    'auto-dedup': options.autoDedup,
    'manage-cgroups-mode': text(manageCgroupsMode, 'manageCgroupsMode'),
    'empty-ns': validList(emptyNamespaces, 'emptyNamespaces').map((name) => validText(name, 'a namespace')),
  });
}

function path(file: string | undefined, what: string): string | undefined {
  return file === undefined ? undefined : validPath(file, what);
}

function text(value: string | undefined, what: string): string | undefined {
  return value === undefined ? undefined : validText(value, what);
}
