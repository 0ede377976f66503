import { closeSync, constants, openSync } from 'node:fs';
import type { Bundle } from '@shimwright/bundle-core';
import type { ContainerOptions } from '../options/container-options.ts';
import { userIds } from '../users.ts';
import type { ContainerFiles } from './container-files.ts';
import { prepareRoot, rootDirectory, rootPath } from './prepare-root.ts';

/** The files of a directory of this machine. @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`, `ERR_CONTAINER_USER`. */
export async function directoryFiles(
  rootfs: string | URL,
  options: ContainerOptions,
  { workDir }: Bundle,
): Promise<ContainerFiles> {
  const source = await rootDirectory(rootfs);
  const { readonly = false, diskBytes, user, env = {} } = options;
  return {
    image: undefined,
    rootfs: source,
    args: [...(options.entrypoint ?? []), ...(options.args ?? [])],
    env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    workdir: options.workdir ?? '/',
    user: user === undefined ? undefined : await withRoot(source, (root) => userIds(root, user)),
    stopSignal: options.stopSignal ?? 'SIGTERM',
    rootPath: rootPath({ source, workDir, readonly }),
    prepare: (signal) => prepareRoot({ source, workDir, readonly, diskBytes, signal }),
    discard: async () => {},
  };
}

async function withRoot<Result>(directory: string, work: (root: number) => Promise<Result>): Promise<Result> {
  const root = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await work(root);
  } finally {
    closeSync(root);
  }
}
