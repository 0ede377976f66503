import path from 'node:path';
import type { Any } from '@shimwright/shim-api';
import {
  type CheckpointTaskRequest,
  type CreateTaskRequest,
  RuncCheckpointOptions,
  type RuncOptions,
} from '@shimwright/shim-api/task-v2';
import type { CheckpointRequest, CreateRequest } from '@shimwright/task-core';
import { TtrpcError } from '@shimwright/ttrpc';
import { DEFAULT_RUNTIME_ROOT } from '../v1/requests.ts';

/** The directory of a bundle in which CRIU works. */
const workDirOf = (bundle: string) => path.join(bundle, 'work');

/** What `Create` asks for. */
export function createRequest(
  request: CreateTaskRequest,
  options: RuncOptions,
  namespace: string,
): CreateRequest {
  const { id, bundle, rootfs, terminal, stdin, stdout, stderr } = request;
  const { binaryName, root, systemdCgroup, criuPath, ioUid, ioGid, noPivotRoot, noNewKeyring } = options;
  return {
    ...{ id, bundle, rootfs, noPivotRoot, noNewKeyring },
    stdio: { stdin, stdout, stderr, terminal },
    runtime: {
      command: binaryName,
      root: path.join(root || DEFAULT_RUNTIME_ROOT, namespace),
      ...{ systemdCgroup, criu: criuPath },
    },
    owner: ioUid === 0 && ioGid === 0 ? undefined : { uid: ioUid, gid: ioGid },
    restore: restoreRequest(request, options),
  };
}

function restoreRequest(
  { bundle, checkpoint, parentCheckpoint }: CreateTaskRequest,
  { criuWorkPath }: RuncOptions,
): CreateRequest['restore'] {
  if (checkpoint === '') return undefined;
  const parentPath = parentCheckpoint === '' ? undefined : parentCheckpoint;
  return { imagePath: checkpoint, workPath: criuWorkPath || workDirOf(bundle), parentPath };
}

/** What `Checkpoint` asks for. @throws {TtrpcError} `INVALID_ARGUMENT` for options of another kind. */
export function checkpointRequest(
  { path: imagePath, options: packed }: CheckpointTaskRequest,
  bundle: string,
): CheckpointRequest {
  const options = checkpointOptions(packed);
  return {
    imagePath: options.imagePath || imagePath,
    workPath: options.workPath || path.join(workDirOf(bundle), 'criu-work'),
    keepWork: options.workPath !== '',
    leaveRunning: !options.exit,
    tcpEstablished: options.openTcp,
    externalUnixSockets: options.externalUnixSockets,
    shellJob: options.terminal,
    fileLocks: options.fileLocks,
    emptyNamespaces: options.emptyNamespaces,
  };
}

function checkpointOptions(packed: Any | undefined): RuncCheckpointOptions {
  if (!packed) return RuncCheckpointOptions.fromPartial({});
  const type = packed.typeUrl.split('/').at(-1);
  if (type === 'containerd.runc.v1.CheckpointOptions') return RuncCheckpointOptions.decode(packed.value);
  throw TtrpcError.status('INVALID_ARGUMENT', `options of ${type} are not for Checkpoint`);
}
