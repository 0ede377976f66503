import type { StartProcessOptions } from '@shimwright/oci-runtime';

/** The shim's side of a process's stdio. */
export interface ProcessIO {
  /** What the OCI runtime is given to connect the process. */
  readonly runtimeOptions: Pick<StartProcessOptions, 'stdin' | 'stdout' | 'stderr' | 'consoleSocket'>;
  /** Called when the runtime has started the process: it has its own copies of what it was given. */
  started(): Promise<void>;
  /** Gives up the shim's side of the input, so that the process sees its end when all others have. */
  closeStdin(): void;
  /** Sets the size of the terminal; nothing without one. */
  resize(size: { readonly width: number; readonly height: number }): void;
  /** Called when the process has ended: what it wrote is still to be passed on. */
  ended(): void;
  /** Resolves when all that the process wrote was passed on, as far as the shim does that. */
  readonly drained: Promise<void>;
  /** Gives up everything, as its process does not need it any more. Never throws. */
  close(): void;
  /** Gives up this side, and leaves the process what can go on without it. Never throws. */
  release(): void;
}

/** No stdio at all. */
export const noIO: ProcessIO = {
  runtimeOptions: {},
  started: async () => {},
  closeStdin: () => {},
  resize: () => {},
  ended: () => {},
  drained: Promise.resolve(),
  close: () => {},
  release: () => {},
};
