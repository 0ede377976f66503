import { constants } from 'node:os';
import { ContainerError } from '../errors.ts';
import type { ContainerMount, ContainerOptions, OutputOptions } from './container-options.ts';

/** An option that cannot be used. */
export function badOption(option: string, problem: string, cause?: unknown): ContainerError {
  return new ContainerError('ERR_CONTAINER_ARGUMENT', `${option} ${problem}`, { option, cause });
}

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT` for what could not run, before anything is made. */
export function checkContainerOptions(options: ContainerOptions): void {
  checkObject(options);
  const { image, rootfs, args, entrypoint, mounts, network } = options;
  if ((image === undefined) === (rootfs === undefined))
    throw badOption('image', 'or rootfs must be given, and not both');
  if (image !== undefined) checkText('image', image);
  if (args !== undefined) checkList('args', args, checkText);
  if (entrypoint !== undefined) checkList('entrypoint', entrypoint, checkText);
  if (rootfs !== undefined && !args?.[0] && !entrypoint?.[0]) throw badOption('args', 'names no command');
  checkRecord('env', options.env, (name) => name !== '' && !name.includes('='));
  checkRecord('labels', options.labels, (name) => name !== '');
  if (mounts !== undefined) checkList('mounts', mounts, checkMount);
  for (const name of ['memoryBytes', 'diskBytes'] as const) checkWhole(name, options[name]);
  if (options.pidsLimit !== 'unlimited') checkWhole('pidsLimit', options.pidsLimit);
  checkCpus(options.cpus);
  if (network !== undefined && network !== 'none' && network !== 'host') checkPath('network', network);
  if (options.workdir !== undefined) checkPath('workdir', options.workdir);
  if (options.user !== undefined) checkText('user', options.user);
  if (options.name !== undefined) checkName(options.name);
  if (options.stopSignal !== undefined) signalNumber(options.stopSignal, 'stopSignal');
  for (const name of ['readonly', 'terminal'] as const) checkChoice(name, options[name]);
  checkSignal(options.signal);
}

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export function checkOutputOptions(options: OutputOptions): void {
  checkWhole('timeoutMs', options.timeoutMs);
  checkWhole('maxOutputBytes', options.maxOutputBytes, 0);
}

export function checkObject(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw badOption('options', 'must be an object');
}

export function checkSignal(signal: unknown): void {
  if (signal === undefined || (typeof signal === 'object' && signal !== null && 'aborted' in signal)) return;
  throw badOption('signal', 'is no AbortSignal');
}

/** The number of a signal by its name, with or without `SIG`, or by its number. @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export function signalNumber(signal: string | number, option = 'signal'): number {
  if (typeof signal === 'number' || /^\d+$/.test(signal)) {
    const number = Number(signal);
    if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  } else if (typeof signal === 'string') {
    const name = signal.toUpperCase();
    const known: Readonly<Record<string, number>> = constants.signals;
    const number = known[name] ?? known[`SIG${name}`];
    if (number !== undefined) return number;
  }
  throw badOption(option, `${JSON.stringify(signal)} is no signal`);
}

/** The name of the signal that a status beyond 128 stands for. */
export function signalOf(exitStatus: number): NodeJS.Signals | undefined {
  const found = Object.entries(constants.signals).find(([, number]) => exitStatus === 128 + number);
  return found?.[0] as NodeJS.Signals | undefined;
}

export function checkWhole(option: string, value: unknown, least = 1): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw badOption(option, `must be a whole number of at least ${least}, not ${String(value)}`);
}

export function checkText(option: string, value: unknown): void {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return;
  if (
    value === '' &&
    (option.startsWith('args[') || option.startsWith('entrypoint[')) &&
    !option.endsWith('[0]')
  )
    return;
  throw badOption(option, 'must be text that is not empty and has no NUL');
}

export function checkPath(option: string, value: unknown): void {
  checkText(option, value);
  if (!String(value).startsWith('/'))
    throw badOption(option, `must be an absolute path, not ${String(value)}`);
}

/** What every part takes as an id, the store of images with a prefix of its own. */
function checkName(name: unknown): void {
  checkText('name', name);
  if (String(name).length > MAX_NAME) throw badOption('name', `is longer than ${MAX_NAME} characters`);
}

const MAX_NAME = 63;

function checkCpus(cpus: unknown): void {
  if (cpus === undefined || (typeof cpus === 'number' && cpus >= 0.01 && cpus <= 1e6)) return;
  throw badOption('cpus', `must be a number of at least 0.01, not ${String(cpus)}`);
}

function checkChoice(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw badOption(option, 'must be true or false');
}

function checkList<Item>(
  option: string,
  list: readonly Item[],
  check: (option: string, item: Item) => void,
): void {
  if (!Array.isArray(list)) throw badOption(option, 'must be a list');
  for (const [index, item] of list.entries()) check(`${option}[${index}]`, item);
}

function checkRecord(option: string, record: unknown, isName: (name: string) => boolean): void {
  if (record === undefined) return;
  if (typeof record !== 'object' || record === null) throw badOption(option, 'must be an object of text');
  for (const [name, value] of Object.entries(record)) {
    // It may be a secret, so the value is not repeated.
    if (typeof value === 'string' && !value.includes('\0') && !name.includes('\0') && isName(name)) continue;
    throw badOption(`${option}.${name}`, 'is no name with a text');
  }
}

const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

function checkMount(option: string, mount: ContainerMount): void {
  checkObject(mount);
  checkPath(`${option}.target`, mount.target);
  if (mount.type === 'bind') checkPath(`${option}.source`, mount.source);
  else if (mount.type === 'tmpfs') checkWhole(`${option}.sizeBytes`, mount.sizeBytes);
  else if (mount.type !== 'volume') throw badOption(`${option}.type`, 'must be bind, tmpfs or volume');
  else if (!VOLUME_NAME.test(mount.source)) {
    throw badOption(
      `${option}.source`,
      'cannot be the name of a volume: use letters, digits, ".", "-" and "_"',
    );
  }
}
