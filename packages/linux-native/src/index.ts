/// <reference types="node" preserve="true" />
export { cleanEnvironment } from './clean-environment.ts';
export {
  duplicateDescriptor,
  hasSpareDescriptors,
  inheritableDescriptors,
  setCloseOnExec,
  setNonBlocking,
} from './descriptor-flags.ts';
export { makeEventfd, takeEvents } from './eventfd.ts';
export { makeFifo } from './files/fifo.ts';
export { tryFlock } from './files/file-lock.ts';
export { makeDirectories, makeDirectoriesSync } from './files/make-directories.ts';
export { renameNoReplace } from './files/rename-no-replace.ts';
export { type PathWatch, type WatchPathOptions, watchPath } from './files/watch-path.ts';
export { assertPlatform, type NativeArgument, type SystemCall, systemCall } from './library.ts';
export { type Message, type OutgoingMessage, peekMessage, receiveMessage, sendMessage } from './message.ts';
export {
  type MountRequest,
  mount,
  mountInBackground,
  type UnmountOptions,
  unmount,
  unmountAll,
  unmountAllInBackground,
  unmountInBackground,
} from './mount.ts';
export { attachMount, cloneMount, mapMountIds } from './mount-tree.ts';
export { NativeError, type NativeErrorCode } from './native-error.ts';
export { type OverlayDirectories, overlayOptions } from './overlay-options.ts';
export { type PeerCredentials, peerCredentials } from './peer-credentials.ts';
export { exitOfPidfd, openPidfd, signalPidfd } from './pidfd.ts';
export { growPipe, makePipe, type PipeOptions } from './pipe.ts';
export {
  identify,
  isRunning,
  type ProcessIdentity,
  type ProcessStat,
  processStat,
} from './process-identity.ts';
export { receiveDescriptor } from './receive-descriptor.ts';
export { type Replacement, replaceProcess } from './replace-process.ts';
export { blockSignal, unblockSignal } from './signal-mask.ts';
export { type Spawn, spawnProcess } from './spawn.ts';
export { startThreads } from './start-threads.ts';
export { isSubreaper, setSubreaper } from './subreaper.ts';
export { isShortage, isSystemError, type SystemErrorPaths, systemError } from './system-error.ts';
export {
  clearOnlcr,
  openTerminal,
  resizeTerminal,
  type Terminal,
  type TerminalSize,
  terminalSize,
} from './terminal.ts';
export { acceptConnection, listenAt } from './unix-socket.ts';
export { type ExitStatus, exitStatus, peek, peekAny, reap, type Zombie } from './wait.ts';
export { type DescriptorWatch, watchReadable, watchWritable } from './watch.ts';
export { writeSome } from './write-some.ts';
