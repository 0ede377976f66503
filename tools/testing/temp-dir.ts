import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Names to file contents, or to further trees. */
export interface Tree {
  readonly [name: string]: string | Uint8Array | Tree;
}

/**
 * A new temporary directory that holds `tree` and is gone after the test. Call it from inside a test.
 *
 * @param parent where to make it, by default the system's temporary directory; `/dev/shm` is a tmpfs.
 */
export async function tempDir(tree: Tree = {}, parent: string = tmpdir()): Promise<string> {
  const directory = await mkdtemp(path.join(parent, 'shimwright-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await plant(directory, tree);
  return directory;
}

async function plant(directory: string, tree: Tree): Promise<void> {
  for (const [name, content] of Object.entries(tree)) {
    const target = path.join(directory, name);
    if (typeof content === 'string' || content instanceof Uint8Array) {
      await writeFile(target, content);
    } else {
      await mkdir(target);
      await plant(target, content);
    }
  }
}
