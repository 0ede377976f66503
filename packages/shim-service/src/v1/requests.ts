import path from 'node:path';
import {
  type Any,
  type CheckpointTaskRequest,
  type CreateTaskRequest,
  type RuncCheckpointOptions,
  type RuncCreateOptions,
  type ShimConfig,
  unpackAny,
} from '@shimwright/shim-api';
import type { CheckpointRequest, CreateRequest } from '@shimwright/task-core';
import { TtrpcError } from '@shimwright/ttrpc';

/** Where the OCI runtime keeps its state, unless told otherwise. */
export const DEFAULT_RUNTIME_ROOT = '/run/containerd/runc';

/** What `Create` asks for. @param runtime the OCI runtime where the request names none. */
export function createRequest(
  request: CreateTaskRequest,
  config: ShimConfig,
  runtime: string,
): CreateRequest {
  const { id, bundle, rootfs, terminal, stdin, stdout, stderr } = request;
  const { namespace, runtimeRoot, systemdCgroup, criu } = config;
  const options = createOptions(request.options);
  const { ioUid = 0, ioGid = 0 } = options;
  return {
    ...{ id, bundle, rootfs },
    stdio: { stdin, stdout, stderr, terminal },
    runtime: {
      command: request.runtime || runtime,
      root: path.join(runtimeRoot || DEFAULT_RUNTIME_ROOT, namespace),
      ...{ systemdCgroup, criu },
    },
    owner: ioUid === 0 && ioGid === 0 ? undefined : { uid: ioUid, gid: ioGid },
    noPivotRoot: options.noPivotRoot ?? false,
    noNewKeyring: options.noNewKeyring ?? false,
    restore: restoreRequest(request, options, config),
  };
}

function restoreRequest(
  { checkpoint, parentCheckpoint }: CreateTaskRequest,
  options: Partial<RuncCreateOptions>,
  { workDir }: ShimConfig,
): CreateRequest['restore'] {
  if (checkpoint === '') return undefined;
  const parentPath = parentCheckpoint === '' ? undefined : parentCheckpoint;
  return { imagePath: checkpoint, workPath: options.criuWorkPath || workDir, parentPath };
}

/** What `Checkpoint` asks for. */
export function checkpointRequest(
  { path: imagePath, options: packed }: CheckpointTaskRequest,
  { workDir }: ShimConfig,
): CheckpointRequest {
  const options = checkpointOptions(packed);
  return {
    imagePath,
    workPath: options.workPath || path.join(workDir, 'criu-work'),
    keepWork: Boolean(options.workPath),
    leaveRunning: !options.exit,
    tcpEstablished: options.openTcp ?? false,
    externalUnixSockets: options.externalUnixSockets ?? false,
    shellJob: options.terminal ?? false,
    fileLocks: options.fileLocks ?? false,
    emptyNamespaces: options.emptyNamespaces ?? [],
  };
}

/** What an Any holds as JSON. Its type is not looked at, as by the stock shim: there is but one that fits. */
export function textOf(any: Any | undefined): string {
  return Buffer.from(any?.value ?? []).toString();
}

function createOptions(packed: Any | undefined): Partial<RuncCreateOptions> {
  if (!packed) return {};
  const { type, message } = unpackAny(packed);
  if (type === 'containerd.linux.runc.CreateOptions') return message;
  throw TtrpcError.status('INVALID_ARGUMENT', `options of ${type} are not for Create`);
}

function checkpointOptions(packed: Any | undefined): Partial<RuncCheckpointOptions> {
  if (!packed) return {};
  const { type, message } = unpackAny(packed);
  if (type === 'containerd.linux.runc.CheckpointOptions') return message;
  throw TtrpcError.status('INVALID_ARGUMENT', `options of ${type} are not for Checkpoint`);
}
