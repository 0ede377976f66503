/// <reference types="node" preserve="true" />
export declare function cleanEnvironment(env?: NodeJS.ProcessEnv): Record<string, string>;
export declare function setNonBlocking(fd: number, on: boolean): void;
export declare function setCloseOnExec(fd: number, on: boolean): void;
export declare function duplicateDescriptor(fd: number): number;
export declare function hasSpareDescriptors(fd: number, count: number): boolean;
export declare function inheritableDescriptors(): number[];
export declare function makeEventfd(): number;
export declare function takeEvents(fd: number): bigint;
export declare function makeFifo(path: string, mode?: number): void;
export declare function tryFlock(fd: number): boolean;
export declare function makeDirectories(directory: string, mode?: number, modeAbove?: number): Promise<boolean>;
export declare function makeDirectoriesSync(directory: string, mode?: number, modeAbove?: number): boolean;
export declare function renameNoReplace(from: string, to: string): boolean;
interface PathWatch {
  close(): void;
  unref(): void;
}
interface WatchPathOptions {
  readonly lookMs?: number;
}
export declare function watchPath(path: string, onChange: () => void, options?: WatchPathOptions): PathWatch;
interface SystemErrorPaths {
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
}
export declare function systemError(errno: number, syscall: string, paths?: SystemErrorPaths): NodeJS.ErrnoException;
export declare function isSystemError(error: unknown, ...codes: readonly string[]): boolean;
export declare function isShortage(error: unknown): boolean;
type NativeArgument = number | bigint | string | NodeJS.ArrayBufferView | null;
type SystemCall<Arguments extends readonly NativeArgument[]> = (args: Arguments, paths?: SystemErrorPaths) => number;
export declare function systemCall<Arguments extends readonly NativeArgument[]>(name: string, prototype: string): SystemCall<Arguments>;
export declare function assertPlatform(): void;
interface Message {
  readonly data: Buffer;
  readonly descriptors: readonly number[];
  readonly isCut: boolean;
}
interface OutgoingMessage {
  readonly data: Uint8Array;
  readonly descriptors?: readonly number[];
}
export declare function receiveMessage(fd: number, maxBytes?: number): Message | undefined;
export declare function peekMessage(fd: number, maxBytes?: number): Message | undefined;
export declare function sendMessage(fd: number, { data, descriptors }: OutgoingMessage): number | undefined;
interface MountRequest {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
}
interface UnmountOptions {
  readonly detach?: boolean;
}
export declare function mount(request: MountRequest): void;
export declare function mountInBackground(request: MountRequest): Promise<void>;
export declare function unmount(target: string, options?: UnmountOptions): void;
export declare function unmountInBackground(target: string, options?: UnmountOptions): Promise<void>;
export declare function unmountAll(target: string, options?: UnmountOptions): number;
export declare function unmountAllInBackground(target: string, options?: UnmountOptions): Promise<number>;
export declare function cloneMount(source: string): Promise<number>;
export declare function mapMountIds(fd: number, userNamespace: number): void;
export declare function attachMount(fd: number, target: string): void;
type NativeErrorCode = 'ERR_NATIVE_ARGUMENT' | 'ERR_NATIVE_DESCRIPTOR' | 'ERR_NATIVE_LIBRARY' | 'ERR_NATIVE_MOUNT_TOO_LONG' | 'ERR_NATIVE_MOUNT_UNSUPPORTED' | 'ERR_NATIVE_NO_PEER' | 'ERR_NATIVE_PLATFORM';
export declare class NativeError extends Error {
  readonly code: NativeErrorCode;
  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions);
}
interface OverlayDirectories {
  readonly lower: string;
  readonly upper: string;
  readonly work: string;
}
export declare function overlayOptions({ lower, upper, work }: OverlayDirectories): string[];
interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}
export declare function peerCredentials(fd: number): PeerCredentials;
interface ExitStatus {
  readonly status: number;
  readonly signal?: number;
}
interface Zombie extends ExitStatus {
  readonly pid: number;
}
export declare function reap(pid: number): ExitStatus | undefined;
export declare function peek(pid: number): Zombie | undefined;
export declare function peekAny(): Zombie | undefined;
export declare function exitStatus(waitStatus: number): ExitStatus;
export declare function openPidfd(pid: number): number;
export declare function signalPidfd(fd: number, signal: number): void;
export declare function exitOfPidfd(fd: number): ExitStatus | undefined;
interface PipeOptions {
  readonly nonBlocking?: boolean;
}
export declare function makePipe(options?: PipeOptions): [readEnd: number, writeEnd: number];
export declare function growPipe(fd: number, bytes: number): number;
interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}
interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
  readonly waitStatus: number;
}
export declare function processStat(pid: number): ProcessStat | undefined;
export declare function identify(pid: number): ProcessIdentity | undefined;
export declare function isRunning(process: ProcessIdentity): boolean;
export declare function receiveDescriptor(fd: number): number | undefined;
interface Replacement {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly descriptors: readonly number[];
}
export declare function replaceProcess({ command, args, env, descriptors }: Replacement): never;
export declare function blockSignal(number: number): void;
export declare function unblockSignal(number: number): void;
interface Spawn {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly descriptors: readonly (number | undefined)[];
  readonly session?: boolean;
}
export declare function spawnProcess({ command, args, env, cwd, descriptors, session }: Spawn): number;
export declare function startThreads(): void;
export declare function setSubreaper(on: boolean): void;
export declare function isSubreaper(): boolean;
interface Terminal {
  readonly master: number;
  readonly slave: number;
}
export declare function openTerminal(): Terminal;
interface TerminalSize {
  readonly width: number;
  readonly height: number;
}
export declare function resizeTerminal(fd: number, { width, height }: TerminalSize): void;
export declare function terminalSize(fd: number): TerminalSize;
export declare function clearOnlcr(fd: number): void;
export declare function listenAt(path: string): number;
export declare function acceptConnection(fd: number): number | undefined;
interface DescriptorWatch {
  close(): void;
  unref(): void;
}
export declare function watchReadable(fd: number, onReadable: () => void): DescriptorWatch;
export declare function watchWritable(fd: number, onWritable: () => void): DescriptorWatch;
export declare function writeSome(fd: number, data: Uint8Array): number;
export type { DescriptorWatch, ExitStatus, Message, MountRequest, NativeArgument, NativeErrorCode, OutgoingMessage, OverlayDirectories, PathWatch, PeerCredentials, PipeOptions, ProcessIdentity, ProcessStat, Replacement, Spawn, SystemCall, SystemErrorPaths, Terminal, TerminalSize, UnmountOptions, WatchPathOptions, Zombie };
