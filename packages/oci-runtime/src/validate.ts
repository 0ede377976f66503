import { statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { badArgument } from './errors.ts';

const ID = /^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$/;
const MAX_ID_LENGTH = 255; // the name of a directory, to every runtime
const MAX_SIGNAL = 64;

/**
 * The id of a container, as runc has it: letters, digits and `_+-.`; not `.` or `..`, and, so that it is
 * never taken for an option, no `-` in front.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
 */
export function validId(id: string): string {
  if (typeof id !== 'string' || !ID.test(id) || id === '.' || id === '..' || id.length > MAX_ID_LENGTH) {
    throw badArgument(
      `${quote(id)} is no id of a container: up to ${MAX_ID_LENGTH} letters, digits and _+-., not "-" first`,
    );
  }
  return id;
}

/**
 * A text that can be an argument of a process.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` for a NUL, which would cut it short.
 */
export function validText(text: string, what: string): string {
  if (typeof text !== 'string' || text.includes('\0')) {
    throw badArgument(`${what} must be a text without NUL, and is ${quote(text)}`);
  }
  return text;
}

/**
 * The absolute form of a path, which no program takes for an option.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` when empty, or with a NUL.
 */
export function validPath(file: string, what: string): string {
  if (validText(file, what) === '') throw badArgument(`${what} is empty`);
  return path.resolve(file);
}

/**
 * The absolute path of a directory.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` when it is none: a runtime that may not use its own stderr says nothing of it.
 */
export function validDirectory(directory: string, what: string): string {
  const absolute = validPath(directory, what);
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return absolute;
  throw badArgument(`${what} is no directory: ${absolute}`);
}

/**
 * A command and its arguments.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` when it has no word, or one that begins with `-`.
 */
export function validCommand(words: readonly string[]): readonly string[] {
  const [program] = words;
  for (const word of words) validText(word, 'a word of the command');
  if (!program) throw badArgument('the command is empty');
  if (program.startsWith('-')) throw badArgument(`${quote(program)} would be taken for an option`);
  return words;
}

/**
 * A signal as its number on this machine: runtimes differ in the names they know, and crun takes 0 for
 * a name it does not know.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
 */
export function signalNumber(signal: NodeJS.Signals | number): string {
  const number = typeof signal === 'number' ? signal : constants.signals[signal];
  if (!Number.isInteger(number) || number < 1 || number > MAX_SIGNAL) {
    throw badArgument(`${quote(signal)} is no signal`);
  }
  return String(number);
}

/**
 * A whole number that is not negative.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
 */
export function validCount(count: number, what: string): number {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw badArgument(`${what} must be a whole number from 0 up, and is ${quote(count)}`);
  }
  return count;
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
