import { AtomicError } from './errors.ts';

/** A user and a group by their ids. */
export interface Owner {
  /** The user id. */
  readonly uid: number;
  /** The group id. */
  readonly gid: number;
}

// All is told by its shape: a signal of Jest's or of another realm is as good as ours.

type Kind = 'boolean' | 'encoding' | 'function' | 'mode' | 'owner' | 'signal' | 'whenNotAtomic';

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  encoding: (value) => typeof value === 'string' && Buffer.isEncoding(value),
  function: (value) => typeof value === 'function',
  mode: (value) => isWhole(value, 0o7777),
  owner: (value) => isObject(value) && isId(value['uid']) && isId(value['gid']),
  signal: (value) =>
    isObject(value) &&
    typeof value['aborted'] === 'boolean' &&
    typeof value['addEventListener'] === 'function',
  whenNotAtomic: (value) => value === 'fail' || value === 'remove',
};

const WANTED: Readonly<Record<Kind, string>> = {
  boolean: 'true or false',
  encoding: 'an encoding that Buffer knows',
  function: 'a function',
  mode: 'a number from 0 to 0o7777',
  owner: '{ uid, gid } with whole numbers',
  signal: 'an AbortSignal',
  whenNotAtomic: "'fail' or 'remove'",
};

/**
 * Refuses options of another kind before anything is done, and any that does not exist: what `flag: 'a'` or `chown` asks for
 * elsewhere would silently not happen. What is undefined is as good as not there.
 */
export function checked<Options extends object>(
  options: Options,
  kinds: Readonly<Partial<Record<keyof Options, Kind>>>,
): Options {
  if (!isObject(options)) throw badArgument('the options must be an object');
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !Object.hasOwn(kinds, name))
      throw badArgument(`${name} is no option; there are ${Object.keys(kinds).join(', ')}`);
  }
  for (const name of Object.keys(kinds) as (keyof Options & string)[]) {
    const value = options[name];
    const kind = kinds[name] as Kind;
    if (value !== undefined && !FITS[kind](value))
      throw badArgument(`the option ${name} must be ${WANTED[kind]}`);
  }
  return options;
}

export function badArgument(message: string): AtomicError {
  return new AtomicError('ERR_ATOMIC_ARGUMENT', message);
}

export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

function isId(value: unknown): boolean {
  return isWhole(value, 0xffff_fffe); // the last one means "leave it"
}

function isWhole(value: unknown, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max;
}
