import { packagedFile, programArguments } from '@shimwright/shim-host';

/** A program that is to be started. */
export interface Program {
  /** Its path. */
  readonly command: string;
  /** What it is given before arguments of its own. */
  readonly args: readonly string[];
}

// What a call leaves behind is collected sooner: it would be 10 MiB before the first time otherwise.
const SMALL_YOUNG_SPACE = '--max-semi-space-size=1';

// For what is left behind all the same, see `QuietCollection`.
const COLLECTION = '--expose-gc';

// It has next to nothing to do, and what compiles takes memory.
const NO_COMPILER = '--jitless';

/**
 * How to start the program `shimwright-shim` of this package by the Node that runs now: with the command line of the
 * stock shim after it, or with `--shared CONTROL_SOCKET`, see `withShared` of `@shimwright/shim-client`.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and `shimwright-shim.cjs` was not copied.
 */
export function shimProgram(): Program {
  return program('shimwright-shim.cjs', 'shim-process/main.ts', [SMALL_YOUNG_SPACE, COLLECTION]);
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

/**
 * How to start the process that serves the shims of many containers, with `--shared CONTROL_SOCKET` after it, see `withShared` of
 * `@shimwright/shim-client`: together with a keeper, so that nothing is lost when either of them is killed.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and its programs were not copied.
 */
export function sharedProgram(): Program {
  const [keeper, server] = [keeperProgram(), shimProgram()].map(({ command, args }) => [command, ...args]);
  const words = (keeper ?? []).map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  // The keeper has to be the parent of the server. Both begin at once, so that the first answer comes no later for it. What is kept
  // already is only to be run: then this is the program of another version.
  const script = `case " $* " in *" --kept "*) exec "$@" ;; esac; "$@" --kept first & exec ${words} --server "$!" -- "$@"`;
  return { command: '/bin/sh', args: ['-c', script, 'shimwright-shim', ...(server ?? [])] };
}

/** How to start the keeper. */
export function keeperProgram(): Program {
  return program('shimwright-keeper.cjs', 'keeper/main.ts', [SMALL_YOUNG_SPACE, NO_COMPILER]);
}

const HERE = { package: '@shimwright/shim-service', moduleUrl: import.meta.url };

const inThisPackage = (name: string) => packagedFile({ ...HERE, name });

const program = (name: string, source: string, flags: readonly string[]): Program => ({
  command: process.execPath,
  args: programArguments({ ...HERE, name, source, flags }),
});
