/// <reference types="node" preserve="true" />
import { ProcessIdentity, ProcessIdentity as ProcessIdentity$1, ProcessStat, cleanEnvironment, identify, isRunning, processStat } from "@shimwright/linux-native";
import { Socket } from "node:net";
import { AddSharedShimRequest, Any } from "@shimwright/shim-api";
export declare class BoundSocket {
  #private;
  readonly fd: number;
  static bind(socket: string, onConnection?: (connection: Socket) => void): Promise<BoundSocket>;
  static serve(socket: string, onConnection: (connection: Socket) => void): Promise<BoundSocket>;
  private constructor();
  release(): void;
  remove(): void;
}
export declare const BUNDLE_FILES: {
  readonly address: 'address';
  readonly pid: 'shim.pid';
  readonly shared: 'shim.shared';
};
export declare function saveShimPid(bundlePath: string, pid: number): void;
export declare function loadShimPid(bundlePath: string): number | undefined;
export declare function announceShared(bundlePath: string, { address, controlSocket, pid }: {
  address: string;
  controlSocket: string;
  pid: number;
}): void;
export declare function sharedControlSocket(bundlePath: string): string | undefined;
interface RegisteredShim extends AddSharedShimRequest {
  readonly server: ProcessIdentity$1;
}
interface RegisteredProcess extends ProcessIdentity$1 {
  readonly id: string;
}
export declare const REGISTER_FORMAT = 2;
interface RegisteredBundle<Process extends RegisteredProcess> {
  readonly format: number;
  readonly by: string;
  readonly shim: RegisteredShim;
  readonly processes: readonly Process[];
}
export declare class BundleRegister<Process extends RegisteredProcess> {
  #private;
  constructor(file: string, shim: AddSharedShimRequest, by?: string);
  get processes(): ReadonlyMap<string, Process>;
  open(processes?: Iterable<Process>): void;
  save(process: Process): void;
  forget(id: string): void;
  remove(): void;
  get isStale(): boolean;
  settle(): void;
}
export declare function readRegister<Process extends RegisteredProcess>(content: string, processOf: (process: RegisteredProcess, format: number) => Process | undefined): RegisteredBundle<Process> | undefined;
export declare function cgroupDirectories(cgroup: string): readonly string[];
export declare function cgroupDirectoriesOf(pid: number): readonly string[];
export declare function joinCgroup(directory: string, pid: number): void;
type ShimHostErrorCode = 'ERR_SHIM_ADDRESS' | 'ERR_SHIM_ADDRESS_IN_USE' | 'ERR_SHIM_FILE' | 'ERR_SPOOL_INSECURE' | 'ERR_SPOOL_EVENT';
export declare class ShimHostError extends Error {
  readonly code: ShimHostErrorCode;
  readonly path: string;
  constructor(code: ShimHostErrorCode, message: string, facts: {
    readonly path: string;
  } & ErrorOptions);
}
interface EventFile {
  readonly topic: string;
  readonly namespace: string;
  readonly event: Any;
  readonly offset: number;
}
export declare function eventFile({ topic, namespace, event }: Omit<EventFile, 'offset'>): Buffer;
export declare function readEventFile(file: string): EventFile | undefined;
interface PackagedFile {
  readonly package: string;
  readonly name: string;
  readonly moduleUrl: string | undefined;
}
export declare function packagedFile(file: PackagedFile): string;
interface PackagedProgram extends PackagedFile {
  readonly source: string;
  readonly flags?: readonly string[];
}
export declare function programArguments(program: PackagedProgram): readonly string[];
export declare function runsProgram(pid: number, program: string, args: readonly string[]): boolean;
export declare function workerIn(directory: string, pid: number): ProcessIdentity$1 | undefined;
export declare function isTrustedProcess(pid: number): boolean;
export declare function workingDirectory(pid: number): string | undefined;
export declare function signalProcess(identity: ProcessIdentity$1, signal: NodeJS.Signals): boolean;
export declare function refusalOf(error: unknown): unknown;
export declare function errorOfRefusal(error: unknown, path: string): unknown;
export declare function removeFile(file: string): void;
export declare function removeQuietly(file: string): void;
interface Publication {
  readonly program: string;
  readonly address: string;
  readonly namespace: string;
  readonly topic: string;
}
export declare function runPublisher(publication: Publication, event: Uint8Array | number): Promise<void>;
interface SharedFiles {
  readonly log: string;
  readonly registry: string;
}
export declare function sharedFiles(controlSocket: string): SharedFiles;
export declare const SMALL_MEMORY: Readonly<Record<string, string>>;
export declare function listenPath(address: string): string;
export declare function prepareSocketDirectory(socket: string): void;
export declare function freeSocketPath(socket: string): Promise<void>;
export declare function checkSocketOwner(socket: string): void;
export declare function isListening(socket: string): Promise<boolean>;
export declare function checkAbstractPeer(name: string, connection: Socket): void;
export declare function defaultPublisher(): string;
interface SpooledEvent {
  readonly timestamp: Date;
  readonly namespace: string;
  readonly topic: string;
  readonly event: Any;
}
export declare function spoolPath(daemonAddress: string): string;
export declare function prepareSpool(daemonAddress: string): string;
export declare function watchSpool(daemonAddress: string, options?: {
  readonly signal?: AbortSignal;
}): AsyncGenerator<SpooledEvent, void, void>;
export declare function readSpool(daemonAddress: string, seen?: Set<number>): Promise<SpooledEvent[]>;
export declare function eventNumbers(names: readonly string[]): number[];
export declare function nextEventNumber(spool: string): number;
interface EventClaim {
  readonly number: number;
  readonly hidden: string;
  readonly descriptor: number;
  readonly shown: string;
}
export declare function claimEventNumber(spool: string, from: number): EventClaim;
export declare function dropIntoSpool(spool: string, file: string): void;
export declare function isTrustedUser(uid: number): boolean;
export declare function isWelcome(socket: Socket): boolean;
export declare function isTrustedPeer(socket: Socket): boolean;
export declare function markUnknown(event: Any): Any;
export declare function isExitUnknown({ value }: Any): boolean;
export declare function untilEnded(process: ProcessIdentity$1, ms?: number): Promise<void>;
export declare function untilGone(process: ProcessIdentity$1, signal?: AbortSignal): Promise<void>;
export { type EventClaim, type EventFile, type PackagedFile, type PackagedProgram, type ProcessIdentity, type ProcessStat, type Publication, type RegisteredBundle, type RegisteredProcess, type RegisteredShim, type SharedFiles, type ShimHostErrorCode, type SpooledEvent, cleanEnvironment, identify, isRunning, processStat };
