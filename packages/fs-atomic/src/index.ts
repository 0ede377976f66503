/// <reference types="node" preserve="true" />
export type { Owner } from './arguments.ts';
export {
  type AtomicDeleteOptions,
  type AtomicDeleteSyncOptions,
  atomicDelete,
  atomicDeleteSync,
} from './atomic-delete.ts';
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
} from './atomic-write-file.ts';
export type { Bytes, Data, SyncData } from './data.ts';
export { AtomicError, type AtomicErrorCode, type AtomicErrorFacts } from './errors.ts';
export { type HiddenPath, hiddenPath } from './hidden-path.ts';
export { isInMemory } from './memory.ts';
export { mountsWithin, mountsWithinSync } from './mounts.ts';
export type { Target } from './place.ts';
export { type SweepOptions, sweep, sweepSync } from './sweep.ts';
