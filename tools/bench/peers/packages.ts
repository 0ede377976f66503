import { effort } from '../effort.ts';

/** The size of a large file. */
export const LARGE_BYTES = effort(100) << 20;

/** Who writes a file, each by its defaults, which is with a flush. */
export interface Writer {
  readonly write: (file: string, data: string | Uint8Array) => Promise<unknown>;
  readonly writeSync: (file: string, data: string | Uint8Array) => unknown;
}

/** Who deletes a tree. */
export type Deleter = (tree: string) => Promise<unknown>;

export const NOT_FLUSHED = 'ours, directory not flushed';

// Each is loaded by the process that needs it, and by no other.

/** Loads who writes, by name. */
export const writers: Readonly<Record<string, () => Promise<Writer>>> = {
  ours: async () => {
    const { atomicWriteFile, atomicWriteFileSync } = await import('@shimwright/fs-atomic');
    return { write: atomicWriteFile, writeSync: atomicWriteFileSync };
  },
  [NOT_FLUSHED]: async () => {
    const { atomicWriteFile, atomicWriteFileSync } = await import('@shimwright/fs-atomic');
    return {
      write: (file, data) => atomicWriteFile(file, data, { fsyncDirectory: false }),
      writeSync: (file, data) => atomicWriteFileSync(file, data, { fsyncDirectory: false }),
    };
  },
  'write-file-atomic': async () => {
    const { default: writeFileAtomic } = await import('write-file-atomic');
    return {
      write: (file, data) => writeFileAtomic(file, asBuffer(data)),
      writeSync: (file, data) => writeFileAtomic.sync(file, asBuffer(data)),
    };
  },
  atomically: async () => {
    const { writeFile, writeFileSync } = await import('atomically');
    return {
      write: (file, data) => writeFile(file, asBuffer(data)),
      writeSync: (file, data) => writeFileSync(file, asBuffer(data)),
    };
  },
};

/** Loads who deletes, by name. */
export const deleters: Readonly<Record<string, () => Promise<Deleter>>> = {
  ours: async () => {
    const { atomicDelete } = await import('@shimwright/fs-atomic');
    return (tree) => atomicDelete(tree);
  },
  rimraf: async () => {
    const { rimraf } = await import('rimraf');
    return (tree) => rimraf(tree);
  },
  'fs.rm': async () => {
    const { rm } = await import('node:fs/promises');
    return (tree) => rm(tree, { recursive: true, force: true });
  },
};

function asBuffer(data: string | Uint8Array): string | Buffer {
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
