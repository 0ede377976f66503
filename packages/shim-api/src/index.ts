/// <reference types="node" preserve="true" />
export {
  type AnyMessages,
  type KnownMessage,
  packAny,
  unpackAny,
} from './any.ts';
export { ShimApiError, type ShimApiErrorCode } from './errors.ts';
export type { EventPublisher } from './event-publisher.ts';
export { decodeEvent, type TaskEvent, taskTopics } from './events.ts';
export { Envelope } from './gen/containerd/envelope.ts';
export {
  TaskCheckpointed,
  TaskCreate,
  TaskDelete,
  TaskExecAdded,
  TaskExecStarted,
  TaskExit,
  TaskOOM,
  TaskPaused,
  TaskResumed,
  TaskStart,
  TaskStdio,
} from './gen/containerd/events.ts';
export { EventsDefinition, ForwardRequest } from './gen/containerd/events-ttrpc.ts';
export {
  ProcessDetails,
  RuncCheckpointOptions,
  RuncCreateOptions,
  RuncOptions,
} from './gen/containerd/runc.ts';
export {
  CheckpointTaskRequest,
  CloseIORequest,
  CreateTaskRequest,
  CreateTaskResponse,
  DeleteProcessRequest,
  DeleteResponse,
  ExecProcessRequest,
  KillRequest,
  ListPidsRequest,
  ListPidsResponse,
  ResizePtyRequest,
  ShimDefinition,
  ShimInfoResponse,
  StartRequest,
  StartResponse,
  StateRequest,
  StateResponse,
  UpdateTaskRequest,
  WaitRequest,
  WaitResponse,
} from './gen/containerd/shim.ts';
export { ProcessInfo, Status } from './gen/containerd/task.ts';
export { RootfsMount } from './gen/containerd/types.ts';
export { Any } from './gen/google/protobuf/any.ts';
export { Empty } from './gen/google/protobuf/empty.ts';
export { Timestamp } from './gen/google/protobuf/timestamp.ts';
export {
  ociFeaturesType,
  ociProcessType,
  ociResourcesType,
  packJson,
  unpackJson,
} from './json.ts';
export type { JsonObject } from './json-text.ts';
export type { EventsHandlers, EventsService, ShimHandlers, ShimService } from './service.ts';
export {
  type AddSharedShimRequest,
  type HandoverRequest,
  type Nothing,
  type SharedInfo,
  type SharedListRequest,
  type SharedProcessInfo,
  type SharedShim,
  SharedShimDefinition,
  type SharedShimList,
  type SharedShimRequest,
  SharedShimsDefinition,
} from './shared-shims.ts';
export type { ShimConfig } from './shim-config.ts';
export { dateToTimestamp, timestampToDate } from './timestamp.ts';
export type { BinaryReader, BinaryWriter, DeepPartial, MessageFns } from './wire.ts';
