import { packagedFile } from '@shimwright/shim-host';

/** A program that is to be started. */
export interface Program {
  /** Its path. */
  readonly command: string;
  /** What it is given before arguments of its own. */
  readonly args: readonly string[];
}

// What a call leaves behind is collected sooner: it would be 10 MiB before the first time otherwise.
const SMALL_YOUNG_SPACE = '--max-semi-space-size=1';

// Whoever is on this machine could look into a process that opens its debugger.
const NO_DEBUGGER = '--disable-sigusr1';

/**
 * How to start the program `shimwright-shim` of this package by the Node that runs now: with the command line of the
 * stock shim after it, or with `--shared CONTROL_SOCKET`, see `withShared` of `@shimwright/shim-client`.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and `shimwright-shim.cjs` was not copied.
 */
export function shimProgram(): Program {
  const command = process.execPath;
  // While this package is developed, it runs from its sources.
  return import.meta.url?.endsWith('.ts')
    ? {
        command,
        args: [NO_DEBUGGER, '--conditions=@shimwright/source', inThisPackage('shim-process/main.ts')],
      }
    : { command, args: [NO_DEBUGGER, SMALL_YOUNG_SPACE, inThisPackage('shimwright-shim.cjs')] };
}

/**
 * The path of the program `containerd-shim-shimwright-v2` of this package, which containerd starts as a shim of runtime v2; see
 * `withTaskStart` of `@shimwright/shim-client/v2`.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and the program was not copied.
 */
export function taskShimProgram(): string {
  return inThisPackage('containerd-shim-shimwright-v2.sh');
}

const inThisPackage = (name: string) =>
  packagedFile({ package: '@shimwright/shim-service', name, moduleUrl: import.meta.url });
