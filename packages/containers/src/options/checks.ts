import path from 'node:path';
import { types } from 'node:util';
import { badOption, shown } from './bad-option.ts';
import { allCapabilities } from './capabilities.ts';
import { type Check, checkOptions, checkPlainObject } from './check-options.ts';
import type { ContainerMount } from './container-options.ts';
import { signalNumber } from './signals.ts';

// What is of another realm has no class of ours, so that only its shape tells.
type Shape = Readonly<Record<PropertyKey, unknown>>;

/** Longer timers than this fire at once. */
const MAX_MS = 2 ** 31 - 1;

export const checkText: Check = (option, value) => {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return;
  throw badOption(option, `must be text that is not empty and has no NUL, not ${shown(value)}`);
};

export const checkPath: Check = (option, value) => {
  checkText(option, value);
  if (!String(value).startsWith('/'))
    throw badOption(option, `must be an absolute path, not ${shown(value)}`);
};

export const checkBoolean: Check = (option, value) => {
  if (typeof value !== 'boolean') throw badOption(option, `must be true or false, not ${shown(value)}`);
};

export const checkFunction: Check = (option, value) => {
  if (typeof value !== 'function') throw badOption(option, `must be a function, not ${shown(value)}`);
};

export function checkWhole(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  return (option, value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw badOption(option, `must be a whole number ${range}, not ${shown(value)}`);
  };
}

/** Milliseconds that a timer can wait. */
export function checkMs(least: number): Check {
  return checkWhole(least, MAX_MS);
}

export const checkPidsLimit: Check = (option, value) => {
  if (value !== 'unlimited') checkWhole(1)(option, value);
};

export const checkCpus: Check = (option, value) => {
  if (typeof value === 'number' && value >= 0.01 && value <= 1e6) return;
  throw badOption(option, `must be a number from 0.01 to 1000000, not ${shown(value)}`);
};

export const checkDate: Check = (option, value) => {
  if (types.isDate(value) && !Number.isNaN(Number(value))) return;
  throw badOption(option, `must be a Date, not ${types.isDate(value) ? 'an invalid one' : shown(value)}`);
};

export const checkAbortSignal: Check = (option, value) => {
  const { aborted, addEventListener, throwIfAborted } = Object(value) as Shape;
  if (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof throwIfAborted === 'function'
  )
    return;
  throw badOption(option, `must be an AbortSignal, not ${shown(value)}`);
};

export const checkSignalName: Check = (option, value) => {
  signalNumber(value, option);
};

export function checkChoice(...choices: readonly string[]): Check {
  return (option, value) => {
    if (typeof value === 'string' && choices.includes(value)) return;
    throw badOption(option, `must be one of ${choices.join(', ')}, not ${shown(value)}`);
  };
}

/** A command: its name cannot be empty, its arguments can. */
export const checkArguments: Check = (option, value) => {
  checkList(option, value, (each, item, index) => {
    if (item !== '' || index === 0) checkText(each, item);
  });
};

/** A command that is not left out. */
export const checkCommand: Check = (option, value) => {
  checkArguments(option, value);
  if ((value as readonly string[]).length === 0) throw badOption(option, 'names no command');
};

export const checkCapabilities: Check = (option, value) => {
  checkList(option, value, (each, item) => {
    if (typeof item === 'string' && allCapabilities.includes(item)) return;
    throw badOption(each, `must be a capability, such as CAP_KILL, not ${shown(item)}`);
  });
};

/** Text by names that are not empty. The values may be secrets, so they are not repeated. */
function checkTexts(isName: (name: string) => boolean, names: string): Check {
  return (option, record) => {
    checkPlainObject(option, record);
    for (const [name, value] of Object.entries(record)) {
      if (name.includes('\0') || !isName(name))
        throw badOption(`${option}.${name}`, `cannot be a name: ${names}`);
      if (typeof value !== 'string' || value.includes('\0'))
        throw badOption(`${option}.${name}`, 'must be text without a NUL');
    }
  };
}

export const checkEnv: Check = checkTexts(
  (name) => name !== '' && !name.includes('='),
  'it must not be empty, and have no "=" and no NUL',
);

export const checkLabels: Check = checkTexts((name) => name !== '', 'it must not be empty, and have no NUL');

export const checkHostname: Check = (option, value) => {
  if (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)) return;
  throw badOption(option, `must be at most 64 letters, digits, ".", "-" and "_", not ${shown(value)}`);
};

/** What every part takes as an id, the store of images with a prefix of its own. */
const MAX_NAME = 63;

export const checkName: Check = (option, value) => {
  checkText(option, value);
  if (String(value).length > MAX_NAME) throw badOption(option, `is longer than ${MAX_NAME} characters`);
};

export const checkNetwork: Check = (option, value) => {
  if (value === 'none' || value === 'host') return;
  if (typeof value === 'string' && value.startsWith('/')) return checkPath(option, value);
  throw badOption(
    option,
    `must be none, host or the absolute path of a network namespace, not ${shown(value)}; \`ip netns add NAME\` makes /run/netns/NAME`,
  );
};

export const checkDirectory: Check = (option, value) => {
  const { href, protocol } = Object(value) as Shape;
  if (typeof href === 'string' && protocol === 'file:') return;
  checkText(option, value);
};

/** Of a terminal; the kernel keeps each side in 16 bits. */
export function checkSize(size: { readonly columns: number; readonly rows: number }): void {
  const checkSide = checkWhole(1, 65_535);
  checkOptions(size, { columns: checkSide, rows: checkSide });
  checkSide('columns', size.columns);
  checkSide('rows', size.rows);
}

/** What a process reads: text, bytes or a stream. */
export const checkInput: Check = (option, value) => {
  if (typeof value === 'string' || types.isUint8Array(value)) return;
  if (typeof (Object(value) as Shape)['pipe'] === 'function') return;
  throw badOption(option, `must be text, a Uint8Array or a readable stream, not ${shown(value)}`);
};

export const checkWritable: Check = (option, value) => {
  const { write, on, once, off } = Object(value) as Shape;
  if ([write, on, once, off].every((method) => typeof method === 'function')) return;
  throw badOption(option, `must be a writable stream, not ${shown(value)}`);
};

/** Bytes as they come. */
export const checkByteStream: Check = (option, value) => {
  if (typeof (Object(value) as Shape)[Symbol.asyncIterator] === 'function') return;
  throw badOption(option, `must be a stream or another async iterable of bytes, not ${shown(value)}`);
};

const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

const checkVolumeName: Check = (option, value) => {
  if (typeof value === 'string' && VOLUME_NAME.test(value)) return;
  throw badOption(option, 'cannot be the name of a volume: use up to 128 letters, digits, ".", "-" and "_"');
};

export const checkMounts: Check = (option, value) => {
  checkList(option, value, checkMount);
};

function checkMount(option: string, mount: unknown): void {
  checkPlainObject(option, mount);
  const { type } = mount as ContainerMount;
  const within = `${option}.`;
  const required = ['target', ...(type === 'tmpfs' ? [] : ['source'])];
  const common = { type: checkChoice('bind', 'tmpfs', 'volume'), target: checkPath };
  if (type === 'tmpfs') checkOptions(mount, { ...common, sizeBytes: checkWhole(1) }, within);
  else {
    const source = type === 'volume' ? checkVolumeName : checkPath;
    checkOptions(mount, { ...common, source, readonly: checkBoolean }, within);
  }
  for (const name of ['type', ...required])
    if ((mount as Shape)[name] === undefined) throw badOption(`${within}${name}`, 'is missing');
  const { target } = mount as ContainerMount;
  if (path.posix.resolve(target) === '/')
    throw badOption(`${within}target`, 'must not be /: give the directory as rootfs instead');
}

function checkList(
  option: string,
  value: unknown,
  check: (option: string, item: unknown, index: number) => void,
): void {
  if (!Array.isArray(value)) throw badOption(option, `must be a list, not ${shown(value)}`);
  for (const [index, item] of value.entries()) check(`${option}[${index}]`, item, index);
}
