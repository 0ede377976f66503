/// <reference types="node" preserve="true" />
type AtomicErrorCode = 'ERR_ATOMIC_ARGUMENT' | 'ERR_ATOMIC_DELETE' | 'ERR_ATOMIC_EXISTS' | 'ERR_ATOMIC_MOUNTED' | 'ERR_ATOMIC_MOUNTS_UNKNOWN' | 'ERR_ATOMIC_NOT_A_FILE' | 'ERR_ATOMIC_NOT_ATOMIC' | 'ERR_ATOMIC_NOT_DURABLE' | 'ERR_ATOMIC_SWEEP';
interface AtomicErrorFacts {
  readonly path?: string | undefined;
  readonly mounts?: readonly string[] | undefined;
  readonly errors?: readonly unknown[] | undefined;
}
export declare class AtomicError extends Error {
  readonly code: AtomicErrorCode;
  readonly path: string | undefined;
  readonly mounts: readonly string[];
  readonly errors: readonly unknown[];
  constructor(code: AtomicErrorCode, message: string, facts?: AtomicErrorFacts & ErrorOptions);
}
interface Owner {
  readonly uid: number;
  readonly gid: number;
}
type Target = string | URL;
interface AtomicDeleteSyncOptions {
  readonly whenNotAtomic?: 'fail' | 'remove';
  readonly prepare?: () => void;
}
interface AtomicDeleteOptions extends Omit<AtomicDeleteSyncOptions, 'prepare'> {
  readonly prepare?: () => Promise<void> | void;
  readonly signal?: AbortSignal;
}
export declare function atomicDelete(target: Target | readonly Target[], options?: AtomicDeleteOptions): Promise<void>;
export declare function atomicDeleteSync(target: Target | readonly Target[], options?: AtomicDeleteSyncOptions): void;
interface AtomicMakeDirectorySyncOptions {
  readonly mode?: number;
  readonly owner?: Owner;
  readonly fsync?: boolean;
  readonly parents?: boolean;
}
interface AtomicMakeDirectoryOptions extends AtomicMakeDirectorySyncOptions {
  readonly signal?: AbortSignal;
}
export declare function atomicMakeDirectory(directory: Target, fill: (hidden: string) => Promise<void> | void, options?: AtomicMakeDirectoryOptions): Promise<void>;
export declare function atomicMakeDirectorySync(directory: Target, fill: (hidden: string) => void, options?: AtomicMakeDirectorySyncOptions): void;
type Bytes = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer;
type SyncData = Bytes | Iterable<Bytes>;
type Data = SyncData | AsyncIterable<Bytes>;
interface AtomicWriteFileSyncOptions {
  readonly fsync?: boolean;
  readonly fsyncDirectory?: boolean;
  readonly mode?: number;
  readonly owner?: Owner;
  readonly encoding?: BufferEncoding;
  readonly parents?: boolean;
}
interface AtomicWriteFileOptions extends AtomicWriteFileSyncOptions {
  readonly signal?: AbortSignal;
}
export declare function atomicWriteFile(file: Target, data: Data, options?: AtomicWriteFileOptions): Promise<void>;
export declare function atomicWriteFileSync(file: Target, data: SyncData, options?: AtomicWriteFileSyncOptions): void;
interface HiddenPath {
  readonly path: string;
  release(): void;
}
export declare function hiddenPath(directory: string, label: string): HiddenPath;
export declare function isInMemory(directory: string): boolean | Promise<boolean>;
export declare function mountsWithin(target: Target): Promise<string[]>;
export declare function mountsWithinSync(target: Target): string[];
interface SweepOptions {
  readonly signal?: AbortSignal;
  readonly dryRun?: boolean;
}
export declare function sweep(directory: Target, options?: SweepOptions): Promise<string[]>;
export declare function sweepSync(directory: Target, options?: Pick<SweepOptions, 'dryRun'>): string[];
export type { AtomicDeleteOptions, AtomicDeleteSyncOptions, AtomicErrorCode, AtomicErrorFacts, AtomicMakeDirectoryOptions, AtomicMakeDirectorySyncOptions, AtomicWriteFileOptions, AtomicWriteFileSyncOptions, Bytes, Data, HiddenPath, Owner, SweepOptions, SyncData, Target };
