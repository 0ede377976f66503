/// <reference types="node" preserve="true" />
import { MessageCodec, ServiceClient, ServiceHandlers } from "@shimwright/ttrpc";
type ShimApiErrorCode = 'ERR_SHIM_API_INVALID' | 'ERR_SHIM_API_VALUE' | 'ERR_SHIM_API_TYPE';
export declare class ShimApiError extends Error {
  readonly code: ShimApiErrorCode;
  constructor(code: ShimApiErrorCode, message: string, options?: ErrorOptions);
}
declare class BinaryWriter {
  #private;
  finish(): Uint8Array;
  fork(): this;
  join(): this;
  uint32(value: number): this;
  int32(value: number): this;
  int64(value: number): this;
  uint64(value: bigint): this;
  double(value: number): this;
  bool(value: boolean): this;
  string(value: string): this;
  bytes(value: Uint8Array): this;
}
declare class BinaryReader {
  #private;
  pos: number;
  constructor(bytes: Uint8Array);
  end(length?: number): number;
  reached(end: number): void;
  uint32(): number;
  tag(): number;
  length(): number;
  packedEnd(): number;
  counted(): this;
  int32(): number;
  int64(): number;
  uint64(): bigint;
  double(): number;
  bool(): boolean;
  string(): string;
  bytes(): Uint8Array;
  skip(tag: number): void;
}
type DeepPartial<Message> = Message extends bigint ? bigint | number : Message extends Date | Uint8Array | string | number | boolean | undefined ? Message : Message extends readonly (infer Item)[] ? readonly DeepPartial<Item>[] : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]>; };
interface MessageFns<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number, into?: Message): Message;
  create(base?: DeepPartial<Message>): Message;
  fromPartial(object: DeepPartial<Message>): Message;
}
export interface Any {
  typeUrl: string;
  value: Uint8Array;
}
export declare const Any: MessageFns<Any>;
export interface Timestamp {
  seconds: number;
  nanos: number;
}
export declare const Timestamp: MessageFns<Timestamp>;
export interface RootfsMount {
  type: string;
  source: string;
  target: string;
  options: string[];
}
export declare const RootfsMount: MessageFns<RootfsMount>;
export interface TaskCreate {
  containerId: string;
  bundle: string;
  rootfs: RootfsMount[];
  io: TaskStdio | undefined;
  checkpoint: string;
  pid: number;
}
export interface TaskStart {
  containerId: string;
  pid: number;
}
export interface TaskDelete {
  containerId: string;
  pid: number;
  exitStatus: number;
  exitedAt: Timestamp | undefined;
  id: string;
}
export interface TaskStdio {
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
}
export interface TaskExit {
  containerId: string;
  id: string;
  pid: number;
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export interface TaskOOM {
  containerId: string;
}
export interface TaskExecAdded {
  containerId: string;
  execId: string;
}
export interface TaskExecStarted {
  containerId: string;
  execId: string;
  pid: number;
}
export interface TaskPaused {
  containerId: string;
}
export interface TaskResumed {
  containerId: string;
}
export interface TaskCheckpointed {
  containerId: string;
  checkpoint: string;
}
export declare const TaskCreate: MessageFns<TaskCreate>;
export declare const TaskStart: MessageFns<TaskStart>;
export declare const TaskDelete: MessageFns<TaskDelete>;
export declare const TaskStdio: MessageFns<TaskStdio>;
export declare const TaskExit: MessageFns<TaskExit>;
export declare const TaskOOM: MessageFns<TaskOOM>;
export declare const TaskExecAdded: MessageFns<TaskExecAdded>;
export declare const TaskExecStarted: MessageFns<TaskExecStarted>;
export declare const TaskPaused: MessageFns<TaskPaused>;
export declare const TaskResumed: MessageFns<TaskResumed>;
export declare const TaskCheckpointed: MessageFns<TaskCheckpointed>;
export interface RuncOptions {
  runtime: string;
  runtimeRoot: string;
  criuPath: string;
  systemdCgroup: boolean;
}
export interface RuncCreateOptions {
  noPivotRoot: boolean;
  openTcp: boolean;
  externalUnixSockets: boolean;
  terminal: boolean;
  fileLocks: boolean;
  emptyNamespaces: string[];
  cgroupsMode: string;
  noNewKeyring: boolean;
  shimCgroup: string;
  ioUid: number;
  ioGid: number;
  criuWorkPath: string;
  criuImagePath: string;
}
export interface RuncCheckpointOptions {
  exit: boolean;
  openTcp: boolean;
  externalUnixSockets: boolean;
  terminal: boolean;
  fileLocks: boolean;
  emptyNamespaces: string[];
  cgroupsMode: string;
  workPath: string;
  imagePath: string;
}
export interface ProcessDetails {
  execId: string;
}
export declare const RuncOptions: MessageFns<RuncOptions>;
export declare const RuncCreateOptions: MessageFns<RuncCreateOptions>;
export declare const RuncCheckpointOptions: MessageFns<RuncCheckpointOptions>;
export declare const ProcessDetails: MessageFns<ProcessDetails>;
interface RuncOptions$1 {
  noPivotRoot: boolean;
  noNewKeyring: boolean;
  shimCgroup: string;
  ioUid: number;
  ioGid: number;
  binaryName: string;
  root: string;
  criuPath: string;
  systemdCgroup: boolean;
  criuImagePath: string;
  criuWorkPath: string;
  taskApiAddress: string;
  taskApiVersion: number;
}
interface RuncCheckpointOptions$1 {
  exit: boolean;
  openTcp: boolean;
  externalUnixSockets: boolean;
  terminal: boolean;
  fileLocks: boolean;
  emptyNamespaces: string[];
  cgroupsMode: string;
  imagePath: string;
  workPath: string;
}
interface ProcessDetails$1 {
  execId: string;
}
declare const RuncOptions$1: MessageFns<RuncOptions$1>;
declare const RuncCheckpointOptions$1: MessageFns<RuncCheckpointOptions$1>;
declare const ProcessDetails$1: MessageFns<ProcessDetails$1>;
interface RuntimeOptions {
  typeUrl: string;
  configPath: string;
  configBody: Uint8Array;
}
declare const RuntimeOptions: MessageFns<RuntimeOptions>;
declare const eventCodecs: {
  readonly 'containerd.events.TaskCreate': MessageFns<TaskCreate>;
  readonly 'containerd.events.TaskStart': MessageFns<TaskStart>;
  readonly 'containerd.events.TaskOOM': MessageFns<TaskOOM>;
  readonly 'containerd.events.TaskExit': MessageFns<TaskExit>;
  readonly 'containerd.events.TaskDelete': MessageFns<TaskDelete>;
  readonly 'containerd.events.TaskExecAdded': MessageFns<TaskExecAdded>;
  readonly 'containerd.events.TaskExecStarted': MessageFns<TaskExecStarted>;
  readonly 'containerd.events.TaskPaused': MessageFns<TaskPaused>;
  readonly 'containerd.events.TaskResumed': MessageFns<TaskResumed>;
  readonly 'containerd.events.TaskCheckpointed': MessageFns<TaskCheckpointed>;
};
declare const anyCodecs: {
  readonly 'containerd.events.TaskCreate': MessageFns<TaskCreate>;
  readonly 'containerd.events.TaskStart': MessageFns<TaskStart>;
  readonly 'containerd.events.TaskOOM': MessageFns<TaskOOM>;
  readonly 'containerd.events.TaskExit': MessageFns<TaskExit>;
  readonly 'containerd.events.TaskDelete': MessageFns<TaskDelete>;
  readonly 'containerd.events.TaskExecAdded': MessageFns<TaskExecAdded>;
  readonly 'containerd.events.TaskExecStarted': MessageFns<TaskExecStarted>;
  readonly 'containerd.events.TaskPaused': MessageFns<TaskPaused>;
  readonly 'containerd.events.TaskResumed': MessageFns<TaskResumed>;
  readonly 'containerd.events.TaskCheckpointed': MessageFns<TaskCheckpointed>;
  readonly 'containerd.linux.runc.RuncOptions': MessageFns<RuncOptions>;
  readonly 'containerd.linux.runc.CreateOptions': MessageFns<RuncCreateOptions>;
  readonly 'containerd.linux.runc.CheckpointOptions': MessageFns<RuncCheckpointOptions>;
  readonly 'containerd.linux.runc.ProcessDetails': MessageFns<ProcessDetails>;
  readonly 'containerd.runc.v1.Options': MessageFns<RuncOptions$1>;
  readonly 'containerd.runc.v1.CheckpointOptions': MessageFns<RuncCheckpointOptions$1>;
  readonly 'containerd.runc.v1.ProcessDetails': MessageFns<ProcessDetails$1>;
  readonly 'runtimeoptions.v1.Options': MessageFns<RuntimeOptions>;
};
type AnyMessages = { [Type in keyof typeof anyCodecs]: (typeof anyCodecs)[Type] extends MessageFns<infer Message> ? Message : never; };
type KnownMessage = { [Type in keyof AnyMessages]: {
  readonly type: Type;
  readonly message: AnyMessages[Type];
}; }[keyof AnyMessages];
export declare function packAny<Type extends keyof AnyMessages>(type: Type, message: DeepPartial<AnyMessages[Type]>): Any;
export declare function unpackAny(any: Any): KnownMessage;
interface EventPublisher {
  publish(namespace: string, topic: string, event: Any): void;
}
type TaskEvent = Extract<KnownMessage, {
  readonly type: keyof typeof eventCodecs;
}>;
export declare const taskTopics: {
  readonly create: '/tasks/create';
  readonly start: '/tasks/start';
  readonly oom: '/tasks/oom';
  readonly exit: '/tasks/exit';
  readonly delete: '/tasks/delete';
  readonly execAdded: '/tasks/exec-added';
  readonly execStarted: '/tasks/exec-started';
  readonly paused: '/tasks/paused';
  readonly resumed: '/tasks/resumed';
  readonly checkpointed: '/tasks/checkpointed';
};
export declare function decodeEvent(any: Any): TaskEvent;
export interface Envelope {
  timestamp: Timestamp | undefined;
  namespace: string;
  topic: string;
  event: Any | undefined;
}
export declare const Envelope: MessageFns<Envelope>;
export interface Empty {}
export declare const Empty: MessageFns<Empty>;
export interface ForwardRequest {
  envelope: Envelope | undefined;
}
export declare const ForwardRequest: MessageFns<ForwardRequest>;
export type EventsDefinition = typeof EventsDefinition;
export declare const EventsDefinition: {
  readonly name: "Events";
  readonly fullName: "containerd.services.events.ttrpc.v1.Events";
  readonly methods: {
    readonly forward: {
      readonly name: "Forward";
      readonly requestType: typeof ForwardRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
  };
};
export declare const Status: {
  readonly UNKNOWN: "UNKNOWN";
  readonly CREATED: "CREATED";
  readonly RUNNING: "RUNNING";
  readonly STOPPED: "STOPPED";
  readonly PAUSED: "PAUSED";
  readonly PAUSING: "PAUSING";
  readonly UNRECOGNIZED: "UNRECOGNIZED";
};
export type Status = typeof Status[keyof typeof Status];
export declare namespace Status {
  type UNKNOWN = typeof Status.UNKNOWN;
  type CREATED = typeof Status.CREATED;
  type RUNNING = typeof Status.RUNNING;
  type STOPPED = typeof Status.STOPPED;
  type PAUSED = typeof Status.PAUSED;
  type PAUSING = typeof Status.PAUSING;
  type UNRECOGNIZED = typeof Status.UNRECOGNIZED;
}
export interface ProcessInfo {
  pid: number;
  info: Any | undefined;
}
export declare const ProcessInfo: MessageFns<ProcessInfo>;
export interface CreateTaskRequest {
  id: string;
  bundle: string;
  runtime: string;
  rootfs: RootfsMount[];
  terminal: boolean;
  stdin: string;
  stdout: string;
  stderr: string;
  checkpoint: string;
  parentCheckpoint: string;
  options: Any | undefined;
}
export interface CreateTaskResponse {
  pid: number;
}
export interface DeleteResponse {
  pid: number;
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export interface DeleteProcessRequest {
  id: string;
}
export interface ExecProcessRequest {
  id: string;
  terminal: boolean;
  stdin: string;
  stdout: string;
  stderr: string;
  spec: Any | undefined;
}
export interface ResizePtyRequest {
  id: string;
  width: number;
  height: number;
}
export interface StateRequest {
  id: string;
}
export interface StateResponse {
  id: string;
  bundle: string;
  pid: number;
  status: Status;
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export interface KillRequest {
  id: string;
  signal: number;
  all: boolean;
}
export interface CloseIORequest {
  id: string;
  stdin: boolean;
}
export interface ListPidsRequest {
  id: string;
}
export interface ListPidsResponse {
  processes: ProcessInfo[];
}
export interface CheckpointTaskRequest {
  path: string;
  options: Any | undefined;
}
export interface ShimInfoResponse {
  shimPid: number;
}
export interface UpdateTaskRequest {
  resources: Any | undefined;
}
export interface StartRequest {
  id: string;
}
export interface StartResponse {
  id: string;
  pid: number;
}
export interface WaitRequest {
  id: string;
}
export interface WaitResponse {
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export declare const CreateTaskRequest: MessageFns<CreateTaskRequest>;
export declare const CreateTaskResponse: MessageFns<CreateTaskResponse>;
export declare const DeleteResponse: MessageFns<DeleteResponse>;
export declare const DeleteProcessRequest: MessageFns<DeleteProcessRequest>;
export declare const ExecProcessRequest: MessageFns<ExecProcessRequest>;
export declare const ResizePtyRequest: MessageFns<ResizePtyRequest>;
export declare const StateRequest: MessageFns<StateRequest>;
export declare const StateResponse: MessageFns<StateResponse>;
export declare const KillRequest: MessageFns<KillRequest>;
export declare const CloseIORequest: MessageFns<CloseIORequest>;
export declare const ListPidsRequest: MessageFns<ListPidsRequest>;
export declare const ListPidsResponse: MessageFns<ListPidsResponse>;
export declare const CheckpointTaskRequest: MessageFns<CheckpointTaskRequest>;
export declare const ShimInfoResponse: MessageFns<ShimInfoResponse>;
export declare const UpdateTaskRequest: MessageFns<UpdateTaskRequest>;
export declare const StartRequest: MessageFns<StartRequest>;
export declare const StartResponse: MessageFns<StartResponse>;
export declare const WaitRequest: MessageFns<WaitRequest>;
export declare const WaitResponse: MessageFns<WaitResponse>;
export type ShimDefinition = typeof ShimDefinition;
export declare const ShimDefinition: {
  readonly name: "Shim";
  readonly fullName: "containerd.runtime.linux.shim.v1.Shim";
  readonly methods: {
    readonly state: {
      readonly name: "State";
      readonly requestType: typeof StateRequest;
      readonly requestStream: false;
      readonly responseType: typeof StateResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly create: {
      readonly name: "Create";
      readonly requestType: typeof CreateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof CreateTaskResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly start: {
      readonly name: "Start";
      readonly requestType: typeof StartRequest;
      readonly requestStream: false;
      readonly responseType: typeof StartResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly delete: {
      readonly name: "Delete";
      readonly requestType: typeof Empty;
      readonly requestStream: false;
      readonly responseType: typeof DeleteResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly deleteProcess: {
      readonly name: "DeleteProcess";
      readonly requestType: typeof DeleteProcessRequest;
      readonly requestStream: false;
      readonly responseType: typeof DeleteResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly listPids: {
      readonly name: "ListPids";
      readonly requestType: typeof ListPidsRequest;
      readonly requestStream: false;
      readonly responseType: typeof ListPidsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pause: {
      readonly name: "Pause";
      readonly requestType: typeof Empty;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resume: {
      readonly name: "Resume";
      readonly requestType: typeof Empty;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly checkpoint: {
      readonly name: "Checkpoint";
      readonly requestType: typeof CheckpointTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly kill: {
      readonly name: "Kill";
      readonly requestType: typeof KillRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly exec: {
      readonly name: "Exec";
      readonly requestType: typeof ExecProcessRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resizePty: {
      readonly name: "ResizePty";
      readonly requestType: typeof ResizePtyRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly closeIO: {
      readonly name: "CloseIO";
      readonly requestType: typeof CloseIORequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly shimInfo: {
      readonly name: "ShimInfo";
      readonly requestType: typeof Empty;
      readonly requestStream: false;
      readonly responseType: typeof ShimInfoResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly update: {
      readonly name: "Update";
      readonly requestType: typeof UpdateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly wait: {
      readonly name: "Wait";
      readonly requestType: typeof WaitRequest;
      readonly requestStream: false;
      readonly responseType: typeof WaitResponse;
      readonly responseStream: false;
      readonly options: {};
    };
  };
};
type JsonObject = {
  readonly [name: string]: unknown;
};
export declare const ociProcessType = "types.containerd.io/opencontainers/runtime-spec/1/Process";
export declare const ociResourcesType = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources";
export declare const ociFeaturesType = "types.containerd.io/opencontainers/runtime-spec/1/features/Features";
export declare function packJson(type: string, value: object): Any;
export declare function unpackJson(any: Any, type: string): JsonObject;
type ShimService = ServiceClient<typeof ShimDefinition>;
type ShimHandlers = ServiceHandlers<typeof ShimDefinition>;
type EventsService = ServiceClient<typeof EventsDefinition>;
type EventsHandlers = ServiceHandlers<typeof EventsDefinition>;
interface ShimConfig {
  readonly path: string;
  readonly workDir: string;
  readonly namespace: string;
  readonly criu: string;
  readonly runtimeRoot: string;
  readonly systemdCgroup: boolean;
}
interface AddSharedShimRequest extends ShimConfig {
  readonly address: string;
  readonly daemonAddress: string;
  readonly publisher: string;
  readonly spool: string;
  readonly token: string;
}
interface SharedShimRequest {
  readonly path: string;
}
interface SharedShim extends SharedShimRequest {
  readonly namespace: string;
  readonly address: string;
  readonly unknownExits: readonly string[];
  readonly failure?: string;
}
interface SharedProcessInfo {
  readonly shimPid: number;
}
interface SharedListRequest {
  readonly path?: string;
}
interface SharedInfo extends SharedProcessInfo {
  readonly protocol: number;
  readonly registerFormat: number;
  readonly by: string;
}
interface HandoverRequest {
  readonly program?: {
    readonly command: string;
    readonly args: readonly string[];
  };
}
interface SharedShimList {
  readonly shims: readonly SharedShim[];
}
interface Nothing {
  readonly [name: string]: never;
}
export declare const SharedShimsDefinition: {
  readonly name: 'SharedShims';
  readonly fullName: 'shimwright.shared.v1.SharedShims';
  readonly methods: {
    readonly add: {
      readonly name: string;
      readonly requestType: MessageCodec<AddSharedShimRequest> & {
        fromPartial(message: AddSharedShimRequest): AddSharedShimRequest;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<SharedProcessInfo> & {
        fromPartial(message: SharedProcessInfo): SharedProcessInfo;
      };
      readonly responseStream: false;
    };
    readonly keep: {
      readonly name: string;
      readonly requestType: MessageCodec<SharedShimRequest> & {
        fromPartial(message: SharedShimRequest): SharedShimRequest;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
      };
      readonly responseStream: false;
    };
    readonly list: {
      readonly name: string;
      readonly requestType: MessageCodec<SharedListRequest> & {
        fromPartial(message: SharedListRequest): SharedListRequest;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<SharedShimList> & {
        fromPartial(message: SharedShimList): SharedShimList;
      };
      readonly responseStream: false;
    };
    readonly remove: {
      readonly name: string;
      readonly requestType: MessageCodec<SharedShimRequest> & {
        fromPartial(message: SharedShimRequest): SharedShimRequest;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
      };
      readonly responseStream: false;
    };
    readonly info: {
      readonly name: string;
      readonly requestType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<SharedInfo> & {
        fromPartial(message: SharedInfo): SharedInfo;
      };
      readonly responseStream: false;
    };
    readonly handover: {
      readonly name: string;
      readonly requestType: MessageCodec<HandoverRequest> & {
        fromPartial(message: HandoverRequest): HandoverRequest;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
      };
      readonly responseStream: false;
    };
  };
};
export declare const SharedShimDefinition: {
  readonly name: 'SharedShim';
  readonly fullName: 'shimwright.shared.v1.SharedShim';
  readonly methods: {
    readonly end: {
      readonly name: string;
      readonly requestType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
      };
      readonly requestStream: false;
      readonly responseType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
      };
      readonly responseStream: false;
    };
  };
};
export declare function timestampToDate(timestamp: Timestamp | undefined): Date | undefined;
export declare function dateToTimestamp(date: Date): Timestamp;
export type { AddSharedShimRequest, AnyMessages, BinaryReader, BinaryWriter, DeepPartial, EventPublisher, EventsHandlers, EventsService, HandoverRequest, JsonObject, KnownMessage, MessageFns, Nothing, SharedInfo, SharedListRequest, SharedProcessInfo, SharedShim, SharedShimList, SharedShimRequest, ShimApiErrorCode, ShimConfig, ShimHandlers, ShimService, TaskEvent };
// task-v2
/// <reference types="node" preserve="true" />
import { ServiceClient, ServiceHandlers } from "@shimwright/ttrpc";
declare class BinaryWriter {
  #private;
  finish(): Uint8Array;
  fork(): this;
  join(): this;
  uint32(value: number): this;
  int32(value: number): this;
  int64(value: number): this;
  uint64(value: bigint): this;
  double(value: number): this;
  bool(value: boolean): this;
  string(value: string): this;
  bytes(value: Uint8Array): this;
}
declare class BinaryReader {
  #private;
  pos: number;
  constructor(bytes: Uint8Array);
  end(length?: number): number;
  reached(end: number): void;
  uint32(): number;
  tag(): number;
  length(): number;
  packedEnd(): number;
  counted(): this;
  int32(): number;
  int64(): number;
  uint64(): bigint;
  double(): number;
  bool(): boolean;
  string(): string;
  bytes(): Uint8Array;
  skip(tag: number): void;
}
type DeepPartial<Message> = Message extends bigint ? bigint | number : Message extends Date | Uint8Array | string | number | boolean | undefined ? Message : Message extends readonly (infer Item)[] ? readonly DeepPartial<Item>[] : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]>; };
interface MessageFns<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number, into?: Message): Message;
  create(base?: DeepPartial<Message>): Message;
  fromPartial(object: DeepPartial<Message>): Message;
}
interface Any {
  typeUrl: string;
  value: Uint8Array;
}
declare const Any: MessageFns<Any>;
interface Empty {}
declare const Empty: MessageFns<Empty>;
interface Timestamp {
  seconds: number;
  nanos: number;
}
declare const Timestamp: MessageFns<Timestamp>;
declare const Status: {
  readonly UNKNOWN: "UNKNOWN";
  readonly CREATED: "CREATED";
  readonly RUNNING: "RUNNING";
  readonly STOPPED: "STOPPED";
  readonly PAUSED: "PAUSED";
  readonly PAUSING: "PAUSING";
  readonly UNRECOGNIZED: "UNRECOGNIZED";
};
type Status = typeof Status[keyof typeof Status];
declare namespace Status {
  type UNKNOWN = typeof Status.UNKNOWN;
  type CREATED = typeof Status.CREATED;
  type RUNNING = typeof Status.RUNNING;
  type STOPPED = typeof Status.STOPPED;
  type PAUSED = typeof Status.PAUSED;
  type PAUSING = typeof Status.PAUSING;
  type UNRECOGNIZED = typeof Status.UNRECOGNIZED;
}
interface ProcessInfo {
  pid: number;
  info: Any | undefined;
}
declare const ProcessInfo: MessageFns<ProcessInfo>;
interface RootfsMount {
  type: string;
  source: string;
  target: string;
  options: string[];
}
declare const RootfsMount: MessageFns<RootfsMount>;
export interface CreateTaskRequest {
  id: string;
  bundle: string;
  rootfs: RootfsMount[];
  terminal: boolean;
  stdin: string;
  stdout: string;
  stderr: string;
  checkpoint: string;
  parentCheckpoint: string;
  options: Any | undefined;
}
export interface CreateTaskResponse {
  pid: number;
}
export interface DeleteRequest {
  id: string;
  execId: string;
}
export interface DeleteResponse {
  pid: number;
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export interface ExecProcessRequest {
  id: string;
  execId: string;
  terminal: boolean;
  stdin: string;
  stdout: string;
  stderr: string;
  spec: Any | undefined;
}
export interface ResizePtyRequest {
  id: string;
  execId: string;
  width: number;
  height: number;
}
export interface StateRequest {
  id: string;
  execId: string;
}
export interface StateResponse {
  id: string;
  bundle: string;
  pid: number;
  status: Status;
  stdin: string;
  stdout: string;
  stderr: string;
  terminal: boolean;
  exitStatus: number;
  exitedAt: Timestamp | undefined;
  execId: string;
}
export interface KillRequest {
  id: string;
  execId: string;
  signal: number;
  all: boolean;
}
export interface CloseIORequest {
  id: string;
  execId: string;
  stdin: boolean;
}
export interface PidsRequest {
  id: string;
}
export interface PidsResponse {
  processes: ProcessInfo[];
}
export interface CheckpointTaskRequest {
  id: string;
  path: string;
  options: Any | undefined;
}
export interface UpdateTaskRequest {
  id: string;
  resources: Any | undefined;
  annotations: {
    [key: string]: string;
  };
}
export interface StartRequest {
  id: string;
  execId: string;
}
export interface StartResponse {
  pid: number;
}
export interface WaitRequest {
  id: string;
  execId: string;
}
export interface WaitResponse {
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export interface StatsRequest {
  id: string;
}
export interface StatsResponse {
  stats: Any | undefined;
}
export interface ConnectRequest {
  id: string;
}
export interface ConnectResponse {
  shimPid: number;
  taskPid: number;
  version: string;
}
export interface ShutdownRequest {
  id: string;
  now: boolean;
}
export interface PauseRequest {
  id: string;
}
export interface ResumeRequest {
  id: string;
}
export declare const CreateTaskRequest: MessageFns<CreateTaskRequest>;
export declare const CreateTaskResponse: MessageFns<CreateTaskResponse>;
export declare const DeleteRequest: MessageFns<DeleteRequest>;
export declare const DeleteResponse: MessageFns<DeleteResponse>;
export declare const ExecProcessRequest: MessageFns<ExecProcessRequest>;
export declare const ResizePtyRequest: MessageFns<ResizePtyRequest>;
export declare const StateRequest: MessageFns<StateRequest>;
export declare const StateResponse: MessageFns<StateResponse>;
export declare const KillRequest: MessageFns<KillRequest>;
export declare const CloseIORequest: MessageFns<CloseIORequest>;
export declare const PidsRequest: MessageFns<PidsRequest>;
export declare const PidsResponse: MessageFns<PidsResponse>;
export declare const CheckpointTaskRequest: MessageFns<CheckpointTaskRequest>;
export declare const UpdateTaskRequest: MessageFns<UpdateTaskRequest>;
export declare const StartRequest: MessageFns<StartRequest>;
export declare const StartResponse: MessageFns<StartResponse>;
export declare const WaitRequest: MessageFns<WaitRequest>;
export declare const WaitResponse: MessageFns<WaitResponse>;
export declare const StatsRequest: MessageFns<StatsRequest>;
export declare const StatsResponse: MessageFns<StatsResponse>;
export declare const ConnectRequest: MessageFns<ConnectRequest>;
export declare const ConnectResponse: MessageFns<ConnectResponse>;
export declare const ShutdownRequest: MessageFns<ShutdownRequest>;
export declare const PauseRequest: MessageFns<PauseRequest>;
export declare const ResumeRequest: MessageFns<ResumeRequest>;
type TaskDefinition = typeof TaskDefinition;
declare const TaskDefinition: {
  readonly name: "Task";
  readonly fullName: "containerd.task.v2.Task";
  readonly methods: {
    readonly state: {
      readonly name: "State";
      readonly requestType: typeof StateRequest;
      readonly requestStream: false;
      readonly responseType: typeof StateResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly create: {
      readonly name: "Create";
      readonly requestType: typeof CreateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof CreateTaskResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly start: {
      readonly name: "Start";
      readonly requestType: typeof StartRequest;
      readonly requestStream: false;
      readonly responseType: typeof StartResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly delete: {
      readonly name: "Delete";
      readonly requestType: typeof DeleteRequest;
      readonly requestStream: false;
      readonly responseType: typeof DeleteResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pids: {
      readonly name: "Pids";
      readonly requestType: typeof PidsRequest;
      readonly requestStream: false;
      readonly responseType: typeof PidsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pause: {
      readonly name: "Pause";
      readonly requestType: typeof PauseRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resume: {
      readonly name: "Resume";
      readonly requestType: typeof ResumeRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly checkpoint: {
      readonly name: "Checkpoint";
      readonly requestType: typeof CheckpointTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly kill: {
      readonly name: "Kill";
      readonly requestType: typeof KillRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly exec: {
      readonly name: "Exec";
      readonly requestType: typeof ExecProcessRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resizePty: {
      readonly name: "ResizePty";
      readonly requestType: typeof ResizePtyRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly closeIO: {
      readonly name: "CloseIO";
      readonly requestType: typeof CloseIORequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly update: {
      readonly name: "Update";
      readonly requestType: typeof UpdateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly wait: {
      readonly name: "Wait";
      readonly requestType: typeof WaitRequest;
      readonly requestStream: false;
      readonly responseType: typeof WaitResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly stats: {
      readonly name: "Stats";
      readonly requestType: typeof StatsRequest;
      readonly requestStream: false;
      readonly responseType: typeof StatsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly connect: {
      readonly name: "Connect";
      readonly requestType: typeof ConnectRequest;
      readonly requestStream: false;
      readonly responseType: typeof ConnectResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly shutdown: {
      readonly name: "Shutdown";
      readonly requestType: typeof ShutdownRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
  };
};
export interface RuncOptions {
  noPivotRoot: boolean;
  noNewKeyring: boolean;
  shimCgroup: string;
  ioUid: number;
  ioGid: number;
  binaryName: string;
  root: string;
  criuPath: string;
  systemdCgroup: boolean;
  criuImagePath: string;
  criuWorkPath: string;
  taskApiAddress: string;
  taskApiVersion: number;
}
export interface RuncCheckpointOptions {
  exit: boolean;
  openTcp: boolean;
  externalUnixSockets: boolean;
  terminal: boolean;
  fileLocks: boolean;
  emptyNamespaces: string[];
  cgroupsMode: string;
  imagePath: string;
  workPath: string;
}
export interface ProcessDetails {
  execId: string;
}
export declare const RuncOptions: MessageFns<RuncOptions>;
export declare const RuncCheckpointOptions: MessageFns<RuncCheckpointOptions>;
export declare const ProcessDetails: MessageFns<ProcessDetails>;
export interface RuntimeOptions {
  typeUrl: string;
  configPath: string;
  configBody: Uint8Array;
}
export declare const RuntimeOptions: MessageFns<RuntimeOptions>;
export interface RuntimeVersion {
  version: string;
  revision: string;
}
export interface RuntimeInfo {
  name: string;
  version: RuntimeVersion | undefined;
  options: Any | undefined;
  features: Any | undefined;
  annotations: {
    [key: string]: string;
  };
}
export declare const RuntimeVersion: MessageFns<RuntimeVersion>;
export declare const RuntimeInfo: MessageFns<RuntimeInfo>;
export declare const TaskV2Definition: {
  readonly name: "Task";
  readonly fullName: "containerd.task.v2.Task";
  readonly methods: {
    readonly state: {
      readonly name: "State";
      readonly requestType: typeof StateRequest;
      readonly requestStream: false;
      readonly responseType: typeof StateResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly create: {
      readonly name: "Create";
      readonly requestType: typeof CreateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof CreateTaskResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly start: {
      readonly name: "Start";
      readonly requestType: typeof StartRequest;
      readonly requestStream: false;
      readonly responseType: typeof StartResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly delete: {
      readonly name: "Delete";
      readonly requestType: typeof DeleteRequest;
      readonly requestStream: false;
      readonly responseType: typeof DeleteResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pids: {
      readonly name: "Pids";
      readonly requestType: typeof PidsRequest;
      readonly requestStream: false;
      readonly responseType: typeof PidsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pause: {
      readonly name: "Pause";
      readonly requestType: typeof PauseRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resume: {
      readonly name: "Resume";
      readonly requestType: typeof ResumeRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly checkpoint: {
      readonly name: "Checkpoint";
      readonly requestType: typeof CheckpointTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly kill: {
      readonly name: "Kill";
      readonly requestType: typeof KillRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly exec: {
      readonly name: "Exec";
      readonly requestType: typeof ExecProcessRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resizePty: {
      readonly name: "ResizePty";
      readonly requestType: typeof ResizePtyRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly closeIO: {
      readonly name: "CloseIO";
      readonly requestType: typeof CloseIORequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly update: {
      readonly name: "Update";
      readonly requestType: typeof UpdateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly wait: {
      readonly name: "Wait";
      readonly requestType: typeof WaitRequest;
      readonly requestStream: false;
      readonly responseType: typeof WaitResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly stats: {
      readonly name: "Stats";
      readonly requestType: typeof StatsRequest;
      readonly requestStream: false;
      readonly responseType: typeof StatsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly connect: {
      readonly name: "Connect";
      readonly requestType: typeof ConnectRequest;
      readonly requestStream: false;
      readonly responseType: typeof ConnectResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly shutdown: {
      readonly name: "Shutdown";
      readonly requestType: typeof ShutdownRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
  };
};
export declare const TaskV3Definition: {
  readonly name: "Task";
  readonly methods: {
    readonly state: {
      readonly name: "State";
      readonly requestType: typeof StateRequest;
      readonly requestStream: false;
      readonly responseType: typeof StateResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly create: {
      readonly name: "Create";
      readonly requestType: typeof CreateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof CreateTaskResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly start: {
      readonly name: "Start";
      readonly requestType: typeof StartRequest;
      readonly requestStream: false;
      readonly responseType: typeof StartResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly delete: {
      readonly name: "Delete";
      readonly requestType: typeof DeleteRequest;
      readonly requestStream: false;
      readonly responseType: typeof DeleteResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pids: {
      readonly name: "Pids";
      readonly requestType: typeof PidsRequest;
      readonly requestStream: false;
      readonly responseType: typeof PidsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pause: {
      readonly name: "Pause";
      readonly requestType: typeof PauseRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resume: {
      readonly name: "Resume";
      readonly requestType: typeof ResumeRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly checkpoint: {
      readonly name: "Checkpoint";
      readonly requestType: typeof CheckpointTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly kill: {
      readonly name: "Kill";
      readonly requestType: typeof KillRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly exec: {
      readonly name: "Exec";
      readonly requestType: typeof ExecProcessRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly resizePty: {
      readonly name: "ResizePty";
      readonly requestType: typeof ResizePtyRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly closeIO: {
      readonly name: "CloseIO";
      readonly requestType: typeof CloseIORequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly update: {
      readonly name: "Update";
      readonly requestType: typeof UpdateTaskRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly wait: {
      readonly name: "Wait";
      readonly requestType: typeof WaitRequest;
      readonly requestStream: false;
      readonly responseType: typeof WaitResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly stats: {
      readonly name: "Stats";
      readonly requestType: typeof StatsRequest;
      readonly requestStream: false;
      readonly responseType: typeof StatsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly connect: {
      readonly name: "Connect";
      readonly requestType: typeof ConnectRequest;
      readonly requestStream: false;
      readonly responseType: typeof ConnectResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly shutdown: {
      readonly name: "Shutdown";
      readonly requestType: typeof ShutdownRequest;
      readonly requestStream: false;
      readonly responseType: typeof Empty;
      readonly responseStream: false;
      readonly options: {};
    };
  };
  readonly fullName: 'containerd.task.v3.Task';
};
export type TaskService = ServiceClient<typeof TaskDefinition>;
export type TaskHandlers = ServiceHandlers<typeof TaskDefinition>;
export {};
// sandbox
/// <reference types="node" preserve="true" />
import { ServiceClient, ServiceHandlers } from "@shimwright/ttrpc";
declare class BinaryWriter {
  #private;
  finish(): Uint8Array;
  fork(): this;
  join(): this;
  uint32(value: number): this;
  int32(value: number): this;
  int64(value: number): this;
  uint64(value: bigint): this;
  double(value: number): this;
  bool(value: boolean): this;
  string(value: string): this;
  bytes(value: Uint8Array): this;
}
declare class BinaryReader {
  #private;
  pos: number;
  constructor(bytes: Uint8Array);
  end(length?: number): number;
  reached(end: number): void;
  uint32(): number;
  tag(): number;
  length(): number;
  packedEnd(): number;
  counted(): this;
  int32(): number;
  int64(): number;
  uint64(): bigint;
  double(): number;
  bool(): boolean;
  string(): string;
  bytes(): Uint8Array;
  skip(tag: number): void;
}
type DeepPartial<Message> = Message extends bigint ? bigint | number : Message extends Date | Uint8Array | string | number | boolean | undefined ? Message : Message extends readonly (infer Item)[] ? readonly DeepPartial<Item>[] : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]>; };
interface MessageFns<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number, into?: Message): Message;
  create(base?: DeepPartial<Message>): Message;
  fromPartial(object: DeepPartial<Message>): Message;
}
interface Any {
  typeUrl: string;
  value: Uint8Array;
}
declare const Any: MessageFns<Any>;
interface Timestamp {
  seconds: number;
  nanos: number;
}
declare const Timestamp: MessageFns<Timestamp>;
interface RootfsMount {
  type: string;
  source: string;
  target: string;
  options: string[];
}
declare const RootfsMount: MessageFns<RootfsMount>;
export interface CreateSandboxRequest {
  sandboxId: string;
  bundlePath: string;
  rootfs: RootfsMount[];
  options: Any | undefined;
  netnsPath: string;
  annotations: {
    [key: string]: string;
  };
}
export interface CreateSandboxResponse {}
export interface StartSandboxRequest {
  sandboxId: string;
}
export interface StartSandboxResponse {
  pid: number;
  createdAt: Timestamp | undefined;
}
export interface PlatformRequest {
  sandboxId: string;
}
export interface PlatformResponse {
  platform: Platform | undefined;
}
export interface Platform {
  os: string;
  architecture: string;
  variant: string;
  osVersion: string;
}
export interface StopSandboxRequest {
  sandboxId: string;
  timeoutSecs: number;
}
export interface StopSandboxResponse {}
export interface UpdateSandboxRequest {
  sandboxId: string;
  resources: Any | undefined;
  annotations: {
    [key: string]: string;
  };
}
export interface UpdateSandboxResponse {}
export interface WaitSandboxRequest {
  sandboxId: string;
}
export interface WaitSandboxResponse {
  exitStatus: number;
  exitedAt: Timestamp | undefined;
}
export interface SandboxStatusRequest {
  sandboxId: string;
  verbose: boolean;
}
export interface SandboxStatusResponse {
  sandboxId: string;
  pid: number;
  state: string;
  info: {
    [key: string]: string;
  };
  createdAt: Timestamp | undefined;
  exitedAt: Timestamp | undefined;
  extra: Any | undefined;
}
export interface PingRequest {
  sandboxId: string;
}
export interface PingResponse {}
export interface ShutdownSandboxRequest {
  sandboxId: string;
}
export interface ShutdownSandboxResponse {}
export interface SandboxMetricsRequest {
  sandboxId: string;
}
export interface SandboxMetricsResponse {
  metrics: Metric | undefined;
}
export interface Metric {
  timestamp: Timestamp | undefined;
  id: string;
  data: Any | undefined;
}
export declare const CreateSandboxRequest: MessageFns<CreateSandboxRequest>;
export declare const CreateSandboxResponse: MessageFns<CreateSandboxResponse>;
export declare const StartSandboxRequest: MessageFns<StartSandboxRequest>;
export declare const StartSandboxResponse: MessageFns<StartSandboxResponse>;
export declare const PlatformRequest: MessageFns<PlatformRequest>;
export declare const PlatformResponse: MessageFns<PlatformResponse>;
export declare const Platform: MessageFns<Platform>;
export declare const StopSandboxRequest: MessageFns<StopSandboxRequest>;
export declare const StopSandboxResponse: MessageFns<StopSandboxResponse>;
export declare const UpdateSandboxRequest: MessageFns<UpdateSandboxRequest>;
export declare const UpdateSandboxResponse: MessageFns<UpdateSandboxResponse>;
export declare const WaitSandboxRequest: MessageFns<WaitSandboxRequest>;
export declare const WaitSandboxResponse: MessageFns<WaitSandboxResponse>;
export declare const SandboxStatusRequest: MessageFns<SandboxStatusRequest>;
export declare const SandboxStatusResponse: MessageFns<SandboxStatusResponse>;
export declare const PingRequest: MessageFns<PingRequest>;
export declare const PingResponse: MessageFns<PingResponse>;
export declare const ShutdownSandboxRequest: MessageFns<ShutdownSandboxRequest>;
export declare const ShutdownSandboxResponse: MessageFns<ShutdownSandboxResponse>;
export declare const SandboxMetricsRequest: MessageFns<SandboxMetricsRequest>;
export declare const SandboxMetricsResponse: MessageFns<SandboxMetricsResponse>;
export declare const Metric: MessageFns<Metric>;
export type SandboxDefinition = typeof SandboxDefinition;
export declare const SandboxDefinition: {
  readonly name: "Sandbox";
  readonly fullName: "containerd.runtime.sandbox.v1.Sandbox";
  readonly methods: {
    readonly createSandbox: {
      readonly name: "CreateSandbox";
      readonly requestType: typeof CreateSandboxRequest;
      readonly requestStream: false;
      readonly responseType: typeof CreateSandboxResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly startSandbox: {
      readonly name: "StartSandbox";
      readonly requestType: typeof StartSandboxRequest;
      readonly requestStream: false;
      readonly responseType: typeof StartSandboxResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly platform: {
      readonly name: "Platform";
      readonly requestType: typeof PlatformRequest;
      readonly requestStream: false;
      readonly responseType: typeof PlatformResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly stopSandbox: {
      readonly name: "StopSandbox";
      readonly requestType: typeof StopSandboxRequest;
      readonly requestStream: false;
      readonly responseType: typeof StopSandboxResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly waitSandbox: {
      readonly name: "WaitSandbox";
      readonly requestType: typeof WaitSandboxRequest;
      readonly requestStream: false;
      readonly responseType: typeof WaitSandboxResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly sandboxStatus: {
      readonly name: "SandboxStatus";
      readonly requestType: typeof SandboxStatusRequest;
      readonly requestStream: false;
      readonly responseType: typeof SandboxStatusResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly pingSandbox: {
      readonly name: "PingSandbox";
      readonly requestType: typeof PingRequest;
      readonly requestStream: false;
      readonly responseType: typeof PingResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly shutdownSandbox: {
      readonly name: "ShutdownSandbox";
      readonly requestType: typeof ShutdownSandboxRequest;
      readonly requestStream: false;
      readonly responseType: typeof ShutdownSandboxResponse;
      readonly responseStream: false;
      readonly options: {};
    };
    readonly sandboxMetrics: {
      readonly name: "SandboxMetrics";
      readonly requestType: typeof SandboxMetricsRequest;
      readonly requestStream: false;
      readonly responseType: typeof SandboxMetricsResponse;
      readonly responseStream: false;
      readonly options: {};
    };
  };
};
export interface UserNamespace {
  mode: number;
}
export interface NamespaceOption {
  network: number;
  pid: number;
  ipc: number;
  usernsOptions: UserNamespace | undefined;
}
export interface LinuxSandboxSecurityContext {
  namespaceOptions: NamespaceOption | undefined;
}
export interface LinuxPodSandboxConfig {
  cgroupParent: string;
  securityContext: LinuxSandboxSecurityContext | undefined;
  sysctls: {
    [key: string]: string;
  };
}
export interface DNSConfig {
  servers: string[];
  searches: string[];
  options: string[];
}
export interface PodSandboxConfig {
  hostname: string;
  dnsConfig: DNSConfig | undefined;
  linux: LinuxPodSandboxConfig | undefined;
}
export declare const UserNamespace: MessageFns<UserNamespace>;
export declare const NamespaceOption: MessageFns<NamespaceOption>;
export declare const LinuxSandboxSecurityContext: MessageFns<LinuxSandboxSecurityContext>;
export declare const LinuxPodSandboxConfig: MessageFns<LinuxPodSandboxConfig>;
export declare const DNSConfig: MessageFns<DNSConfig>;
export declare const PodSandboxConfig: MessageFns<PodSandboxConfig>;
export type SandboxService = ServiceClient<typeof SandboxDefinition>;
export type SandboxHandlers = ServiceHandlers<typeof SandboxDefinition>;
export {};
// metrics
/// <reference types="node" preserve="true" />
declare class BinaryWriter {
  #private;
  finish(): Uint8Array;
  fork(): this;
  join(): this;
  uint32(value: number): this;
  int32(value: number): this;
  int64(value: number): this;
  uint64(value: bigint): this;
  double(value: number): this;
  bool(value: boolean): this;
  string(value: string): this;
  bytes(value: Uint8Array): this;
}
declare class BinaryReader {
  #private;
  pos: number;
  constructor(bytes: Uint8Array);
  end(length?: number): number;
  reached(end: number): void;
  uint32(): number;
  tag(): number;
  length(): number;
  packedEnd(): number;
  counted(): this;
  int32(): number;
  int64(): number;
  uint64(): bigint;
  double(): number;
  bool(): boolean;
  string(): string;
  bytes(): Uint8Array;
  skip(tag: number): void;
}
type DeepPartial<Message> = Message extends bigint ? bigint | number : Message extends Date | Uint8Array | string | number | boolean | undefined ? Message : Message extends readonly (infer Item)[] ? readonly DeepPartial<Item>[] : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]>; };
interface MessageFns<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number, into?: Message): Message;
  create(base?: DeepPartial<Message>): Message;
  fromPartial(object: DeepPartial<Message>): Message;
}
export interface CgroupV1Metrics {
  hugetlb: HugetlbV1[];
  pids: PidsV1 | undefined;
  cpu: CpuV1 | undefined;
  memory: MemoryV1 | undefined;
  blkio: BlkioV1 | undefined;
  rdma: RdmaV1 | undefined;
  network: NetworkV1[];
  cgroupStats: CgroupTasksV1 | undefined;
  memoryOomControl: MemoryOomControlV1 | undefined;
}
interface HugetlbV1 {
  usage: bigint;
  max: bigint;
  failcnt: bigint;
  pagesize: string;
}
interface PidsV1 {
  current: bigint;
  limit: bigint;
}
interface CpuV1 {
  usage: CpuUsageV1 | undefined;
  throttling: CpuThrottlingV1 | undefined;
}
interface CpuUsageV1 {
  total: bigint;
  kernel: bigint;
  user: bigint;
  perCpu: bigint[];
}
interface CpuThrottlingV1 {
  periods: bigint;
  throttledPeriods: bigint;
  throttledTime: bigint;
}
interface MemoryV1 {
  cache: bigint;
  rss: bigint;
  rssHuge: bigint;
  mappedFile: bigint;
  dirty: bigint;
  writeback: bigint;
  pgPgIn: bigint;
  pgPgOut: bigint;
  pgFault: bigint;
  pgMajFault: bigint;
  inactiveAnon: bigint;
  activeAnon: bigint;
  inactiveFile: bigint;
  activeFile: bigint;
  unevictable: bigint;
  hierarchicalMemoryLimit: bigint;
  hierarchicalSwapLimit: bigint;
  totalCache: bigint;
  totalRss: bigint;
  totalRssHuge: bigint;
  totalMappedFile: bigint;
  totalDirty: bigint;
  totalWriteback: bigint;
  totalPgPgIn: bigint;
  totalPgPgOut: bigint;
  totalPgFault: bigint;
  totalPgMajFault: bigint;
  totalInactiveAnon: bigint;
  totalActiveAnon: bigint;
  totalInactiveFile: bigint;
  totalActiveFile: bigint;
  totalUnevictable: bigint;
  usage: MemoryEntryV1 | undefined;
  swap: MemoryEntryV1 | undefined;
  kernel: MemoryEntryV1 | undefined;
  kernelTcp: MemoryEntryV1 | undefined;
}
interface MemoryEntryV1 {
  limit: bigint;
  usage: bigint;
  max: bigint;
  failcnt: bigint;
}
interface MemoryOomControlV1 {
  oomKillDisable: bigint;
  underOom: bigint;
  oomKill: bigint;
}
interface BlkioV1 {
  ioServiceBytesRecursive: BlkioEntryV1[];
  ioServicedRecursive: BlkioEntryV1[];
  ioQueuedRecursive: BlkioEntryV1[];
  ioServiceTimeRecursive: BlkioEntryV1[];
  ioWaitTimeRecursive: BlkioEntryV1[];
  ioMergedRecursive: BlkioEntryV1[];
  ioTimeRecursive: BlkioEntryV1[];
  sectorsRecursive: BlkioEntryV1[];
}
interface BlkioEntryV1 {
  op: string;
  device: string;
  major: bigint;
  minor: bigint;
  value: bigint;
}
interface RdmaV1 {
  current: RdmaEntryV1[];
  limit: RdmaEntryV1[];
}
interface RdmaEntryV1 {
  device: string;
  hcaHandles: number;
  hcaObjects: number;
}
interface NetworkV1 {
  name: string;
  rxBytes: bigint;
  rxPackets: bigint;
  rxErrors: bigint;
  rxDropped: bigint;
  txBytes: bigint;
  txPackets: bigint;
  txErrors: bigint;
  txDropped: bigint;
}
interface CgroupTasksV1 {
  nrSleeping: bigint;
  nrRunning: bigint;
  nrStopped: bigint;
  nrUninterruptible: bigint;
  nrIoWait: bigint;
}
export declare const CgroupV1Metrics: MessageFns<CgroupV1Metrics>;
declare const HugetlbV1: MessageFns<HugetlbV1>;
declare const PidsV1: MessageFns<PidsV1>;
declare const CpuV1: MessageFns<CpuV1>;
declare const CpuUsageV1: MessageFns<CpuUsageV1>;
declare const CpuThrottlingV1: MessageFns<CpuThrottlingV1>;
declare const MemoryV1: MessageFns<MemoryV1>;
declare const MemoryEntryV1: MessageFns<MemoryEntryV1>;
declare const MemoryOomControlV1: MessageFns<MemoryOomControlV1>;
declare const BlkioV1: MessageFns<BlkioV1>;
declare const BlkioEntryV1: MessageFns<BlkioEntryV1>;
declare const RdmaV1: MessageFns<RdmaV1>;
declare const RdmaEntryV1: MessageFns<RdmaEntryV1>;
declare const NetworkV1: MessageFns<NetworkV1>;
declare const CgroupTasksV1: MessageFns<CgroupTasksV1>;
export interface CgroupV2Metrics {
  pids: PidsV2 | undefined;
  cpu: CpuV2 | undefined;
  memory: MemoryV2 | undefined;
  rdma: RdmaV2 | undefined;
  io: IoV2 | undefined;
  hugetlb: HugetlbV2[];
  memoryEvents: MemoryEventsV2 | undefined;
}
interface PressureV2 {
  some: PressureTimesV2 | undefined;
  full: PressureTimesV2 | undefined;
}
interface PressureTimesV2 {
  avg10: number;
  avg60: number;
  avg300: number;
  total: bigint;
}
interface PidsV2 {
  current: bigint;
  limit: bigint;
}
interface CpuV2 {
  usageUsec: bigint;
  userUsec: bigint;
  systemUsec: bigint;
  nrPeriods: bigint;
  nrThrottled: bigint;
  throttledUsec: bigint;
  psi: PressureV2 | undefined;
}
interface MemoryV2 {
  anon: bigint;
  file: bigint;
  kernelStack: bigint;
  slab: bigint;
  sock: bigint;
  shmem: bigint;
  fileMapped: bigint;
  fileDirty: bigint;
  fileWriteback: bigint;
  anonThp: bigint;
  inactiveAnon: bigint;
  activeAnon: bigint;
  inactiveFile: bigint;
  activeFile: bigint;
  unevictable: bigint;
  slabReclaimable: bigint;
  slabUnreclaimable: bigint;
  pgfault: bigint;
  pgmajfault: bigint;
  workingsetRefault: bigint;
  workingsetActivate: bigint;
  workingsetNodereclaim: bigint;
  pgrefill: bigint;
  pgscan: bigint;
  pgsteal: bigint;
  pgactivate: bigint;
  pgdeactivate: bigint;
  pglazyfree: bigint;
  pglazyfreed: bigint;
  thpFaultAlloc: bigint;
  thpCollapseAlloc: bigint;
  usage: bigint;
  usageLimit: bigint;
  swapUsage: bigint;
  swapLimit: bigint;
  maxUsage: bigint;
  swapMaxUsage: bigint;
  psi: PressureV2 | undefined;
}
interface MemoryEventsV2 {
  low: bigint;
  high: bigint;
  max: bigint;
  oom: bigint;
  oomKill: bigint;
}
interface RdmaV2 {
  current: RdmaEntryV2[];
  limit: RdmaEntryV2[];
}
interface RdmaEntryV2 {
  device: string;
  hcaHandles: number;
  hcaObjects: number;
}
interface IoV2 {
  usage: IoEntryV2[];
  psi: PressureV2 | undefined;
}
interface IoEntryV2 {
  major: bigint;
  minor: bigint;
  rbytes: bigint;
  wbytes: bigint;
  rios: bigint;
  wios: bigint;
}
interface HugetlbV2 {
  current: bigint;
  max: bigint;
  pagesize: string;
}
export declare const CgroupV2Metrics: MessageFns<CgroupV2Metrics>;
declare const PressureV2: MessageFns<PressureV2>;
declare const PressureTimesV2: MessageFns<PressureTimesV2>;
declare const PidsV2: MessageFns<PidsV2>;
declare const CpuV2: MessageFns<CpuV2>;
declare const MemoryV2: MessageFns<MemoryV2>;
declare const MemoryEventsV2: MessageFns<MemoryEventsV2>;
declare const RdmaV2: MessageFns<RdmaV2>;
declare const RdmaEntryV2: MessageFns<RdmaEntryV2>;
declare const IoV2: MessageFns<IoV2>;
declare const IoEntryV2: MessageFns<IoEntryV2>;
declare const HugetlbV2: MessageFns<HugetlbV2>;
interface Any {
  typeUrl: string;
  value: Uint8Array;
}
declare const Any: MessageFns<Any>;
export type CgroupMetrics = {
  readonly type: typeof cgroupV1MetricsType;
  readonly metrics: CgroupV1Metrics;
} | {
  readonly type: typeof cgroupV2MetricsType;
  readonly metrics: CgroupV2Metrics;
};
export declare const cgroupV1MetricsType = "io.containerd.cgroups.v1.Metrics";
export declare const cgroupV2MetricsType = "io.containerd.cgroups.v2.Metrics";
export declare function packMetrics(given: {
  readonly type: typeof cgroupV1MetricsType;
  readonly metrics: DeepPartial<CgroupV1Metrics>;
} | {
  readonly type: typeof cgroupV2MetricsType;
  readonly metrics: DeepPartial<CgroupV2Metrics>;
}): Any;
export declare function unpackMetrics(any: Any): CgroupMetrics;
export type { BlkioEntryV1, BlkioV1, CgroupTasksV1, CpuThrottlingV1, CpuUsageV1, CpuV1, CpuV2, HugetlbV1, HugetlbV2, IoEntryV2, IoV2, MemoryEntryV1, MemoryEventsV2, MemoryOomControlV1, MemoryV1, MemoryV2, NetworkV1, PidsV1, PidsV2, PressureTimesV2, PressureV2, RdmaEntryV1, RdmaEntryV2, RdmaV1, RdmaV2 };
// bootstrap
/// <reference types="node" preserve="true" />
declare class BinaryWriter {
  #private;
  finish(): Uint8Array;
  fork(): this;
  join(): this;
  uint32(value: number): this;
  int32(value: number): this;
  int64(value: number): this;
  uint64(value: bigint): this;
  double(value: number): this;
  bool(value: boolean): this;
  string(value: string): this;
  bytes(value: Uint8Array): this;
}
declare class BinaryReader {
  #private;
  pos: number;
  constructor(bytes: Uint8Array);
  end(length?: number): number;
  reached(end: number): void;
  uint32(): number;
  tag(): number;
  length(): number;
  packedEnd(): number;
  counted(): this;
  int32(): number;
  int64(): number;
  uint64(): bigint;
  double(): number;
  bool(): boolean;
  string(): string;
  bytes(): Uint8Array;
  skip(tag: number): void;
}
type DeepPartial<Message> = Message extends bigint ? bigint | number : Message extends Date | Uint8Array | string | number | boolean | undefined ? Message : Message extends readonly (infer Item)[] ? readonly DeepPartial<Item>[] : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]>; };
interface MessageFns<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number, into?: Message): Message;
  create(base?: DeepPartial<Message>): Message;
  fromPartial(object: DeepPartial<Message>): Message;
}
interface Any {
  typeUrl: string;
  value: Uint8Array;
}
declare const Any: MessageFns<Any>;
export interface BootstrapParams {
  instanceId: string;
  namespace: string;
  logLevel: number;
  containerdVersion: string;
  containerdTtrpcAddress: string;
  containerdGrpcAddress: string;
  containerdBinary: string;
  extensions: Extension[];
  socketDir: string;
}
export interface Extension {
  value: Any | undefined;
}
export interface BootstrapResult {
  version: number;
  address: string;
  protocol: string;
  capabilities: number[];
  metadata: {
    [key: string]: string;
  };
}
export declare const BootstrapParams: MessageFns<BootstrapParams>;
export declare const Extension: MessageFns<Extension>;
export declare const BootstrapResult: MessageFns<BootstrapResult>;
export declare const logLevels: {
  readonly trace: -8;
  readonly debug: -4;
  readonly info: 0;
  readonly warn: 4;
  readonly error: 8;
  readonly fatal: 10;
  readonly panic: 12;
};
export {};
