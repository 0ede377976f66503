/// <reference types="node" preserve="true" />
// The entry `@shimwright/shim-api/bootstrap`.
export { BootstrapParams, BootstrapResult, Extension } from './gen/containerd/bootstrap.ts';

/** The levels of logging that `BootstrapParams.logLevel` counts by. Take a level between two of them for the nearest. */
export const logLevels = {
  /** Everything. */
  trace: -8,
  /** What helps to find a fault. */
  debug: -4,
  /** What happens; the default. */
  info: 0,
  /** What may be wrong. */
  warn: 4,
  /** What is wrong. */
  error: 8,
  /** What ends the shim. */
  fatal: 10,
  /** What must never happen. */
  panic: 12,
} as const;
