export { type AtomicDeleteOptions, atomicDelete, atomicDeleteSync } from './atomic-delete.ts';
export {
  type AtomicMakeDirectoryOptions,
  type AtomicMakeDirectorySyncOptions,
  atomicMakeDirectory,
  atomicMakeDirectorySync,
} from './atomic-make-directory.ts';
export {
  type AtomicWriteFileOptions,
  type AtomicWriteFileSyncOptions,
  atomicWriteFile,
  atomicWriteFileSync,
  type Owner,
} from './atomic-write-file.ts';
export { AtomicError, type AtomicErrorCode, type AtomicErrorFacts } from './errors.ts';
export { type HiddenPath, hiddenPath } from './hidden-path.ts';
export { mountsWithin, mountsWithinSync } from './mounts.ts';
export { type SweepOptions, sweep, sweepSync } from './sweep.ts';
