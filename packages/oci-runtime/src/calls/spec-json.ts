import { badArgument } from '../errors.ts';
import { asJson, describe, isInt64, isObject, toJson } from '../json.ts';
import { validList, validText } from '../validate.ts';
import type { ProcessSpec, Resources } from './specs.ts';

/** "No limit" of `setrlimit(2)`, RLIM_INFINITY. */
const NO_RLIMIT = 2n ** 64n - 1n;

/** "No limit" of cgroups. */
const NO_LIMIT = -1;

// What must be a whole number, and which of these may be "no limit". A runtime takes a text for 0, which it passes over.
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  memory: ['limit', 'reservation', 'swap', 'kernel', 'kernelTCP'],
  cpu: ['quota'],
  pids: ['limit'],
};
const COUNTS: Readonly<Record<string, readonly string[]>> = {
  memory: ['swappiness'],
  cpu: ['shares', 'burst', 'period', 'realtimePeriod'],
  blockIO: ['weight', 'leafWeight'],
};
const NUMBERS: Readonly<Record<string, readonly string[]>> = { cpu: ['realtimeRuntime', 'idle'] };

/**
 * A process as the JSON that `exec --process` reads.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` for what cannot be a process: without a command or a directory, or
 * with a number that cannot be said.
 */
export function processJson(given: ProcessSpec): string {
  const what = 'the process';
  const process = asJson(given);
  if (!isObject(process)) throw badArgument(`${what} must be an object, and is ${describe(process)}`);
  const { args, cwd, env, rlimits } = process;
  const words = validList(args ?? [], 'the command');
  for (const word of words) validText(word, 'a word of the command');
  if (!words[0]) throw badArgument('the command is empty');
  validText(cwd, 'the directory');
  for (const variable of validList(env ?? [], 'the environment')) validText(variable, 'a variable');
  const limits = rlimits && validList(rlimits, 'rlimits').map(rlimit);
  return toJson({ ...process, ...(limits && { rlimits: limits }) }, what);
}

/**
 * Limits as the JSON that `update --resources` reads.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` for a limit that is no whole number.
 */
export function resourcesJson(all: Resources): string {
  const resources = asJson(all);
  if (!isObject(resources))
    throw badArgument(`the resources must be an object, and are ${describe(resources)}`);
  const parts = Object.entries(resources).map(([name, given]) => {
    const part = asJson(given);
    return [name, isObject(part) ? sized(name, part) : part];
  });
  return toJson(Object.fromEntries(parts), 'the resources');
}

function rlimit(value: unknown, index: number): unknown {
  const what = `rlimits[${index}]`;
  if (!isObject(value)) throw badArgument(`${what} must be an object, and is ${describe(value)}`);
  const bound = (name: 'soft' | 'hard') => {
    const limit = value[name] === 'unlimited' ? NO_RLIMIT : value[name];
    if (isInt64(limit, 0n)) return limit;
    throw badArgument(`${what}.${name} ${mustBe('from 0 up', limit)}`);
  };
  return {
    ...value,
    type: validText(value['type'], `${what}.type`),
    soft: bound('soft'),
    hard: bound('hard'),
  };
}

/** A part of the resources, its numbers checked. */
function sized(part: string, values: Record<string, unknown>): Record<string, unknown> {
  const checked = Object.entries(values).map(([name, value]) => [name, number(part, name, value)]);
  return Object.fromEntries(checked);
}

function number(part: string, name: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  const isNamed = (names: Readonly<Record<string, readonly string[]>>) => names[part]?.includes(name);
  if (isNamed(LIMITS)) {
    if (value === 'unlimited') return NO_LIMIT;
    if (isInt64(value, BigInt(NO_LIMIT))) return value;
    throw badArgument(`${part}.${name} ${mustBe('from -1 up, or "unlimited"', value)}`);
  }
  const least = isNamed(COUNTS) ? 0n : undefined;
  if ((least === undefined && !isNamed(NUMBERS)) || isInt64(value, least)) return value;
  throw badArgument(`${part}.${name} ${mustBe(least === 0n ? 'from 0 up' : 'of up to 64 bits', value)}`);
}

function mustBe(range: string, value: unknown): string {
  const hint = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return `must be a whole number ${range}, and is ${describe(value)}${hint ? '; give it as a bigint' : ''}`;
}
