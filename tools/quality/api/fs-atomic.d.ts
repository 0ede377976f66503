interface AtomicDeleteOptions {
  readonly signal?: AbortSignal;
}
export declare function atomicDelete(target: string, options?: AtomicDeleteOptions): Promise<void>;
export declare function atomicDeleteSync(target: string): void;
interface Owner {
  readonly uid: number;
  readonly gid: number;
}
interface AtomicWriteFileSyncOptions {
  readonly fsync?: boolean;
  readonly fsyncDirectory?: boolean;
  readonly mode?: number;
  readonly owner?: Owner;
  readonly encoding?: BufferEncoding;
}
interface AtomicWriteFileOptions extends AtomicWriteFileSyncOptions {
  readonly signal?: AbortSignal;
}
export declare function atomicWriteFile(file: string, data: string | ArrayBufferView | ArrayBuffer, options?: AtomicWriteFileOptions): Promise<void>;
export declare function atomicWriteFileSync(file: string, data: string | ArrayBufferView | ArrayBuffer, options?: AtomicWriteFileSyncOptions): void;
interface AtomicMakeDirectorySyncOptions {
  readonly mode?: number;
  readonly owner?: Owner;
}
interface AtomicMakeDirectoryOptions extends AtomicMakeDirectorySyncOptions {
  readonly signal?: AbortSignal;
}
export declare function atomicMakeDirectory(directory: string, fill: (hidden: string) => Promise<void> | void, options?: AtomicMakeDirectoryOptions): Promise<void>;
export declare function atomicMakeDirectorySync(directory: string, fill: (hidden: string) => void, options?: AtomicMakeDirectorySyncOptions): void;
type AtomicErrorCode = 'ERR_ATOMIC_ARGUMENT' | 'ERR_ATOMIC_EXISTS' | 'ERR_ATOMIC_MOUNTED' | 'ERR_ATOMIC_SWEEP';
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
interface HiddenPath {
  readonly path: string;
  release(): void;
}
export declare function hiddenPath(directory: string, label: string): HiddenPath;
export declare function mountsWithin(target: string): Promise<string[]>;
export declare function mountsWithinSync(target: string): string[];
interface SweepOptions {
  readonly signal?: AbortSignal;
  readonly dryRun?: boolean;
}
export declare function sweep(directory: string, options?: SweepOptions): Promise<string[]>;
export declare function sweepSync(directory: string, options?: Pick<SweepOptions, 'dryRun'>): string[];
export type { AtomicDeleteOptions, AtomicErrorCode, AtomicErrorFacts, AtomicMakeDirectoryOptions, AtomicMakeDirectorySyncOptions, AtomicWriteFileOptions, AtomicWriteFileSyncOptions, HiddenPath, Owner, SweepOptions };
