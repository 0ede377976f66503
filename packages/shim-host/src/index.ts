/// <reference types="node" preserve="true" />
export {
  cleanEnvironment,
  identify,
  isRunning,
  type ProcessIdentity,
  type ProcessStat,
  processStat,
} from '@shimwright/linux-native';
export { BoundSocket } from './bound-socket.ts';
export {
  announceShared,
  BUNDLE_FILES,
  loadShimPid,
  saveShimPid,
  sharedControlSocket,
} from './bundle-files.ts';
export {
  BundleRegister,
  REGISTER_FORMAT,
  type RegisteredBundle,
  type RegisteredProcess,
  type RegisteredShim,
  readRegister,
} from './bundle-register.ts';
export { cgroupDirectories, cgroupDirectoriesOf, joinCgroup } from './cgroups.ts';
export { ShimHostError, type ShimHostErrorCode } from './errors.ts';
export { type EventFile, eventFile, readEventFile } from './event-file.ts';
export { type PackagedFile, packagedFile } from './packaged-file.ts';
export { type PackagedProgram, programArguments } from './packaged-program.ts';
export { runsProgram } from './program-at-work.ts';
export { isTrustedProcess, signalProcess, workerIn, workingDirectory } from './proven-process.ts';
export { errorOfRefusal, refusalOf } from './refusal.ts';
export { removeFile, removeQuietly } from './remove-file.ts';
export { type Publication, runPublisher } from './run-publisher.ts';
export { type SharedFiles, sharedFiles } from './shared-files.ts';
export { SMALL_MEMORY } from './small-memory.ts';
export {
  checkAbstractPeer,
  checkSocketOwner,
  freeSocketPath,
  isListening,
  listenPath,
  prepareSocketDirectory,
} from './socket-path.ts';
export {
  defaultPublisher,
  prepareSpool,
  readSpool,
  type SpooledEvent,
  spoolPath,
  watchSpool,
} from './spool.ts';
export {
  claimEventNumber,
  dropIntoSpool,
  type EventClaim,
  eventNumbers,
  nextEventNumber,
} from './spool-drop.ts';
export { isTrustedPeer, isTrustedUser, isWelcome } from './trusted-peer.ts';
export { isExitUnknown, markUnknown } from './unknown-exit.ts';
export { untilEnded } from './until-ended.ts';
export { untilGone } from './until-gone.ts';
