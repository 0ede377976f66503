import { badOption, shown } from './bad-option.ts';

/** Throws `ERR_CONTAINER_ARGUMENT` for a value that an option cannot have. */
export type Check = (option: string, value: unknown) => void;

/** A check for each option there is, so that none can be forgotten. */
export type Checks<Options> = { readonly [Name in keyof Options]-?: Check };

/**
 * Refuses options that have a value they cannot have, and options that do not exist: a limit whose name is misspelt would otherwise
 * silently be none.
 *
 * @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`, before anything is made.
 */
export function checkOptions<Options extends object>(
  options: Options,
  checks: Checks<Options>,
  within = '',
): void {
  checkPlainObject(within === '' ? 'options' : within.slice(0, -1), options);
  const given: readonly [string, unknown][] = Object.entries(options);
  for (const [name, value] of given) {
    if (value !== undefined && !Object.hasOwn(checks, name))
      throw badOption(`${within}${name}`, `is no option; ${alternatives(name, Object.keys(checks))}`);
  }
  for (const [name, check] of Object.entries<Check>(checks)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) check(`${within}${name}`, value);
  }
}

/** Options and the like may be of another realm, so that only their kind tells. */
export function checkPlainObject(option: string, value: unknown): asserts value is object {
  if (Object.prototype.toString.call(value) === '[object Object]') return;
  throw badOption(option, `must be an object, not ${shown(value)}`);
}

/** What other programs call what we have by another name. */
const ALIASES: Readonly<Record<string, string>> = {
  cmd: 'args',
  command: 'args',
  cwd: 'workdir',
  id: 'name',
  input: 'stdin',
  tty: 'terminal',
  volumes: 'mounts',
};

function alternatives(name: string, known: readonly string[]): string {
  const lower = name.toLowerCase();
  const near = known.find((each) => {
    const other = each.toLowerCase();
    return other === ALIASES[lower] || other.startsWith(lower) || lower.startsWith(other);
  });
  return near === undefined ? `there are ${known.join(', ')}` : `there is ${near}`;
}
