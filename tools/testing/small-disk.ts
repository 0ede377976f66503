import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** A disk of some kibibytes that only its owner can enter, and what fills it. */
export interface SmallDisk {
  readonly fill: () => void;
  readonly free: () => void;
}

/** Mounts a small disk at a directory, until the test ends; whoever uses it may end a moment later. */
export async function smallDisk(directory: string): Promise<SmallDisk> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', directory]);
  onTestFinished(() => execa('umount', ['--lazy', directory]).then(() => {}));
  const filler = path.join(directory, 'filler');
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(directory);
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
    },
    free: () => rmSync(filler),
  };
}
