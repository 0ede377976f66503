import type { OciRuntimeErrorCode } from '../errors.ts';
import { type Asked, failureCode } from './failure-code.ts';
import type { LogEntry } from './log-entry.ts';
import { lastError, plainText } from './runtime-log.ts';

const MAX_WORDS = 4096;

/** The end of a runtime, as far as it tells whether the call failed. */
export interface RuntimeEnd {
  /** Its status; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** What it wrote to its stderr. */
  readonly stderr: string;
  /** What it logged. */
  readonly log: readonly LogEntry[];
  /** Whether it made a process, and then waited for that to end, so that the status may be the process's. */
  readonly hasWaited: boolean;
}

/** Why a call failed. */
export interface Failure {
  /** What it means. */
  readonly code: OciRuntimeErrorCode;
  /** The runtime's own words; empty where there are none. */
  readonly words: string;
}

// A hook or the container's own process may write to the stderr of these calls, so that words there prove nothing.
const RUNS_OTHERS: readonly string[] = ['create', 'run', 'restore', 'start', 'exec', 'delete', 'kill'];

/**
 * The failure that the end of a runtime means, if it means one. Codes are taken from its own log, and from its stderr
 * only where it has logged nothing, in a call in which nobody else can write there.
 */
export function failureOf(end: RuntimeEnd, asked: Asked): Failure | undefined {
  if (end.exitCode === 0 || isStatusOfProcess(end)) return undefined;
  const logged = lastError(end.log) ?? plainText(end.log);
  const words = logged ?? end.stderr.trim().slice(0, MAX_WORDS);
  const isOwn = logged !== undefined || asked.id === undefined || !RUNS_OTHERS.includes(asked.call);
  return { code: isOwn ? failureCode(words, asked) : 'ERR_RUNTIME_FAILED', words };
}

// runc names the call when it fails in it: what it logs as an error beside that is about its tidying up.
const FAILED_CALL = /^(runc (run|restore) failed|exec failed): /;

// What is said when the process has ended already: that a poststop hook failed, or that a cgroup cannot be removed.
const AFTERWARDS = [
  /^error running hook #\d+: /, // runc 1.1, where a failure of the call itself begins as above
  /^(unable to destroy container: |error running poststop hook #\d+: )/, // runc 1.2 and later
  /^poststop hook failed /, // crun
];

/** Whether a status is one that runtimes have for failures of their own; crun makes some of small negative numbers. */
function isOfRuntime(status: number): boolean {
  return status === 1 || status > 250;
}

/** A runtime that waits for the process it made ends with its status, even where something else failed after that. */
function isStatusOfProcess({ exitCode, log, hasWaited }: RuntimeEnd): boolean {
  if (!hasWaited || exitCode === undefined) return false;
  const words = lastError(log) ?? plainText(log);
  if (words === undefined || !isOfRuntime(exitCode)) return true;
  return !FAILED_CALL.test(words) && AFTERWARDS.some((each) => each.test(words));
}
