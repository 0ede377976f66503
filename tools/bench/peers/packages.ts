import { rm } from 'node:fs/promises';
import { atomicDelete, atomicWriteFile, atomicWriteFileSync } from '@shimwright/fs-atomic';
import { writeFile, writeFileSync } from 'atomically';
import { rimraf } from 'rimraf';
import writeFileAtomic from 'write-file-atomic';
import { effort } from '../effort.ts';

/** The size of a large file. */
export const LARGE_BYTES = effort(100) << 20;

/** Who writes a file, each by its defaults, which is with a flush. */
export interface Writer {
  readonly write: (file: string, data: string | Uint8Array) => Promise<unknown>;
  readonly writeSync: (file: string, data: string | Uint8Array) => unknown;
}

export const NOT_FLUSHED = 'ours, directory not flushed';

export const writers: Readonly<Record<string, Writer>> = {
  ours: { write: atomicWriteFile, writeSync: atomicWriteFileSync },
  [NOT_FLUSHED]: {
    write: (file, data) => atomicWriteFile(file, data, { fsyncDirectory: false }),
    writeSync: (file, data) => atomicWriteFileSync(file, data, { fsyncDirectory: false }),
  },
  'write-file-atomic': {
    write: (file, data) => writeFileAtomic(file, asBuffer(data)),
    writeSync: (file, data) => writeFileAtomic.sync(file, asBuffer(data)),
  },
  atomically: {
    write: (file, data) => writeFile(file, asBuffer(data)),
    writeSync: (file, data) => writeFileSync(file, asBuffer(data)),
  },
};

/** Who deletes a tree. */
export const deleters: Readonly<Record<string, (tree: string) => Promise<unknown>>> = {
  ours: (tree) => atomicDelete(tree),
  rimraf: (tree) => rimraf(tree),
  'fs.rm': (tree) => rm(tree, { recursive: true, force: true }),
};

function asBuffer(data: string | Uint8Array): string | Buffer {
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
