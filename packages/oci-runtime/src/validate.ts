import { statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { types } from 'node:util';
import { badArgument } from './errors.ts';
import { describe } from './json.ts';

const ID = /^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$/;
const MAX_ID_LENGTH = 255; // the name of a directory, to every runtime
const MAX_SIGNAL = 64;
const MAX_DELAY_MS = 2 ** 31 - 1; // Node runs a longer timer at once

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
 * A text that can be an argument of a process. No message says what it is: it may be a secret.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` for a NUL, which would cut it short.
 */
export function validText(text: unknown, what: string): string {
  if (typeof text !== 'string') throw badArgument(`${what} must be a text, and is ${describe(text)}`);
  if (text.includes('\0')) throw badArgument(`${what} holds a NUL`);
  return text;
}

/** A yes or no, if it is given. @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`. */
export function validFlag(flag: unknown, what: string): boolean | undefined {
  if (flag === undefined || typeof flag === 'boolean') return flag;
  throw badArgument(`${what} must be true or false, and is ${describe(flag)}`);
}

/** A list, which may be a typed array, and of another realm. @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`. */
export function validList<Item>(list: Iterable<Item> | ArrayLike<Item>, what: string): Item[] {
  if (Array.isArray(list) || types.isTypedArray(list)) return Array.from(list as ArrayLike<Item>);
  throw badArgument(`${what} must be a list, and is ${describe(list)}`);
}

/** Options, as an object. @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`. */
export function validOptions<Options extends object>(options: Options, what = 'the options'): Options {
  if (typeof options === 'object' && options !== null && !(Symbol.iterator in options)) return options;
  throw badArgument(`${what} must be an object, and are ${describe(options)}`);
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
  let isDirectory: boolean | undefined;
  try {
    isDirectory = statSync(absolute, { throwIfNoEntry: false })?.isDirectory();
  } catch (cause) {
    throw badArgument(`${what} cannot be reached: ${absolute}`, cause);
  }
  if (isDirectory) return absolute;
  throw badArgument(`${what} is no directory: ${absolute}`);
}

/**
 * A command and its arguments.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` when it has no word, or one that begins with `-`.
 */
export function validCommand(words: readonly string[]): readonly string[] {
  const [program] = validList(words, 'the command');
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

/**
 * A time in milliseconds that a timer can wait.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
 */
export function validDelay(ms: number, what: string): number {
  if (validCount(ms, what) <= MAX_DELAY_MS) return ms;
  throw badArgument(`${what} must be at most ${MAX_DELAY_MS}, and is ${ms}`);
}

/**
 * How long something may take: milliseconds from 1 up, or `Infinity` for as long as it likes.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
 */
export function validTimeout(ms: number, what: string): number {
  if (ms === Number.POSITIVE_INFINITY || (Number.isSafeInteger(ms) && ms >= 1 && ms <= MAX_DELAY_MS))
    return ms;
  throw badArgument(`${what} must be from 1 to ${MAX_DELAY_MS}, or Infinity, and is ${quote(ms)}`);
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : describe(value);
}
