export type { Adopted, AdoptedProcess } from './adopted-process.ts';
export { Container, type DeletedProcess } from './container.ts';
export { Containers } from './containers.ts';
export type { TaskEnvironment } from './environment.ts';
export { TaskError, type TaskErrorCode, type TaskErrorFacts } from './errors.ts';
export type { TaskEvent } from './events.ts';
export { findExecProcess } from './exec-pid-file.ts';
export { exitOfGone, type ForeignProcess, unknownExit, watchForeign } from './exits/foreign-exit.ts';
export { type ProcessExit, watchExit } from './exits/process-exit.ts';
export { becomeSubreaper, type SubreaperOptions } from './exits/subreaper.ts';
export { noteToldExit, setTeller } from './exits/told-exits.ts';
export {
  type ContainerRecord,
  type ExecRecord,
  type Journal,
  type ProcessRecord,
  tellingJournal,
} from './journal.ts';
export { type Moment, NEVER, now } from './moment.ts';
export type { ProcessState } from './process-state.ts';
export type {
  CheckpointRequest,
  CreateRequest,
  ExecRequest,
  KillRequest,
  ListedProcess,
  RestoreRequest,
  RootfsMount,
  RuntimeChoice,
  TaskState,
  TaskStatus,
  TerminalSize,
} from './requests.ts';
export { unmountRootfs } from './rootfs.ts';
export { bounded, runtimeOf } from './runtime-calls.ts';
export { spawnRuntime } from './spawn-runtime.ts';
export { type IOKeeper, type IOObserver, type KeptIO, observerOf, UNKEPT } from './stdio/kept-io.ts';
export type { ProcessIO } from './stdio/process-io.ts';
export { reopenIO, resumeIO } from './stdio/reopened-io.ts';
export type { IOOwner, StdioPaths } from './stdio/stdio-paths.ts';
