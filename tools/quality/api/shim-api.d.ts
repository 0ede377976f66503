import { MessageCodec, ServiceClient, ServiceHandlers } from "@shimwright/ttrpc";
declare class BinaryWriter {
  #private;
  finish(): Uint8Array;
  fork(): this;
  join(): this;
  uint32(value: number): this;
  int32(value: number): this;
  int64(value: number): this;
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
  int32(): number;
  int64(): number;
  bool(): boolean;
  string(): string;
  bytes(): Uint8Array;
  skip(tag: number): void;
}
type DeepPartial<Message> = Message extends Date | Uint8Array | string | number | boolean | undefined ? Message : Message extends readonly (infer Item)[] ? readonly DeepPartial<Item>[] : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]>; };
interface MessageFns<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): Message;
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
export interface Mount {
  type: string;
  source: string;
  target: string;
  options: string[];
}
export declare const Mount: MessageFns<Mount>;
export interface TaskCreate {
  containerId: string;
  bundle: string;
  rootfs: Mount[];
  io: TaskIO | undefined;
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
export interface TaskIO {
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
export declare const TaskIO: MessageFns<TaskIO>;
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
export interface CreateOptions {
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
export interface CheckpointOptions {
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
export declare const CreateOptions: MessageFns<CreateOptions>;
export declare const CheckpointOptions: MessageFns<CheckpointOptions>;
export declare const ProcessDetails: MessageFns<ProcessDetails>;
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
  readonly 'containerd.linux.runc.CreateOptions': MessageFns<CreateOptions>;
  readonly 'containerd.linux.runc.CheckpointOptions': MessageFns<CheckpointOptions>;
  readonly 'containerd.linux.runc.ProcessDetails': MessageFns<ProcessDetails>;
};
type AnyMessages = { [Type in keyof typeof anyCodecs]: (typeof anyCodecs)[Type] extends MessageFns<infer Message> ? Message : never; };
type KnownMessage = { [Type in keyof AnyMessages]: {
  readonly type: Type;
  readonly message: AnyMessages[Type];
}; }[keyof AnyMessages];
export declare const ociProcessType = "types.containerd.io/opencontainers/runtime-spec/1/Process";
export declare const ociResourcesType = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources";
export declare function packAny<Type extends keyof AnyMessages>(type: Type, message: DeepPartial<AnyMessages[Type]>): Any;
export declare function unpackAny(any: Any): KnownMessage;
export declare function packJson(type: string, value: unknown): Any;
export declare function unpackJson(any: Any, type: string): unknown;
type ShimApiErrorCode = 'ERR_PROTO_INVALID' | 'ERR_PROTO_VALUE' | 'ERR_PROTO_TYPE';
export declare class ShimApiError extends Error {
  readonly code: ShimApiErrorCode;
  constructor(code: ShimApiErrorCode, message: string, options?: ErrorOptions);
}
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
  rootfs: Mount[];
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
type ShimService = ServiceClient<typeof ShimDefinition>;
type ShimHandlers = ServiceHandlers<typeof ShimDefinition>;
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
      readonly requestType: MessageCodec<Nothing> & {
        fromPartial(message: Nothing): Nothing;
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
export type { AddSharedShimRequest, AnyMessages, BinaryReader, BinaryWriter, DeepPartial, EventPublisher, KnownMessage, MessageFns, Nothing, SharedProcessInfo, SharedShim, SharedShimList, SharedShimRequest, ShimApiErrorCode, ShimConfig, ShimHandlers, ShimService, TaskEvent };
