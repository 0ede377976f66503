import {
  atomicDelete,
  atomicDeleteSync,
  atomicMakeDirectory,
  atomicMakeDirectorySync,
  atomicWriteFile,
  atomicWriteFileSync,
  sweep,
  sweepSync,
} from '../src/index.ts';

/** Both forms behind the same names, so that each fact is tested of each. */
export const forms = [
  { form: 'promise', atomicDelete, atomicMakeDirectory, atomicWriteFile, sweep },
  {
    form: 'sync',
    atomicDelete: async (...args: Parameters<typeof atomicDeleteSync>) => atomicDeleteSync(...args),
    atomicMakeDirectory: async (...args: Parameters<typeof atomicMakeDirectorySync>) =>
      atomicMakeDirectorySync(...args),
    atomicWriteFile: async (...args: Parameters<typeof atomicWriteFileSync>) => atomicWriteFileSync(...args),
    sweep: async (...args: Parameters<typeof sweepSync>) => sweepSync(...args),
  },
] as const;
