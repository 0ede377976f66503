import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** Mounts `source` on `target` until the test is over, or until the returned function is called. */
export async function bindMount(source: string, target: string): Promise<() => Promise<void>> {
  await execa('mount', ['--bind', source, target]);
  return undoMount(target);
}

/** A tmpfs of so many bytes at `target`, which is made. */
export async function tinyDisk(target: string, bytes: number): Promise<() => Promise<void>> {
  await mkdir(target);
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', target]);
  return undoMount(target);
}

function undoMount(target: string): () => Promise<void> {
  let mounted = true;
  const undo = async () => {
    if (mounted) await execa('umount', [target]);
    mounted = false;
  };
  onTestFinished(undo);
  return undo;
}
