import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { imageReference } from '@shimwright/containers';
import { ImageStore } from '@shimwright/oci-image';
import { DemoError } from './arguments.ts';
import { step } from './timeline.ts';

/** The root of a container, and what runs in it. */
export interface DemoRoot {
  /** Unmounts and removes it; twice is no error. */
  readonly remove: () => Promise<void>;
  readonly rootfs: string;
  readonly command: readonly string[];
  /** What the image says of the process beside its command. */
  readonly process: object;
}

/**
 * The root of a container from an image: a file, a layout, or a name. It is in a store of its own, which is gone afterwards.
 *
 * @throws {DemoError} whatever keeps it from being had, in a sentence.
 */
export async function rootFromImage(
  image: string,
  command: readonly string[],
  base: string,
  signal: AbortSignal,
): Promise<DemoRoot> {
  const store = new ImageStore({ directory: path.join(base, 'images') });
  try {
    const file = path.resolve(image);
    const { name } = await store.pull(await imageReference(existsSync(file) ? file : image), { signal });
    const root = await store.createRoot({ id: 'demo', image: name, signal });
    await makeMountPoints(root.path);
    step('image unpacked', `${name}, ${root.kind} of its files at ${root.path}`);
    const { process } = await root.spec(command.length > 0 ? { args: command, entrypoint: [] } : {});
    const { args, env, cwd, user } = process;
    return {
      rootfs: root.path,
      command: args,
      process: { env, cwd, user },
      remove: () => root.remove(),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw new DemoError(
      `The image ${image} cannot be had: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Where a container has something mounted; it cannot be made later, since the root is shown to the container read-only. */
async function makeMountPoints(root: string): Promise<void> {
  for (const name of ['dev', 'proc', 'run', 'sys', 'tmp']) {
    await mkdir(path.join(root, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
