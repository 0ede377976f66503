import { aboutPath, hasCode } from './errors.ts';
import { called } from './patience.ts';
import { type Steps, step } from './steps.ts';

// Where a file has an access control list, what looks like the rights of its group is the list's mask: the most that
// anybody named in the list has, which may be more than the group has. Node cannot read the list.

interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  /** The rights of the group, 0 to 7; undefined where the file has no list; `'narrow'` where it has one. */
  readonly read: (said: string) => number | 'narrow' | undefined;
}

const TOOLS: readonly Tool[] = [
  {
    command: '/usr/bin/getfacl',
    args: ['--absolute-names', '--omit-header', '--skip-base', '--no-effective', '--'],
    read: (said) => {
      const [, rights] = /^group::([r-][w-][x-])$/m.exec(said) ?? [];
      if (rights === undefined) return undefined;
      return [...rights].reduce((bits, right) => 2 * bits + (right === '-' ? 0 : 1), 0);
    },
  },
  // It tells only that there is a list.
  {
    command: '/bin/ls',
    args: ['-dn', '--'],
    read: (said) => (/^\S{10}\+/.test(said) ? 'narrow' : undefined),
  },
];

const LIMIT_MS = 5_000;

/**
 * What the group of a file may do, where a list says something else than its mode: 0 to 7, or `'narrow'` for no more
 * than everybody may. Undefined where it has no list, or that cannot be told.
 */
export function* groupRights(file: string): Steps<number | 'narrow' | undefined> {
  for (const { command, args, read } of TOOLS) {
    const said = yield* sayingOf(command, [...args, file]);
    if (said !== undefined) return read(said);
  }
  return undefined;
}

/** What a program says; undefined where there is no such program, or it may not be started. */
function* sayingOf(command: string, args: readonly string[]): Steps<string | undefined> {
  const options = { encoding: 'utf8', env: { LC_ALL: 'C' }, timeout: LIMIT_MS } as const;
  const file = args.at(-1) ?? '';
  try {
    return yield* step<string>({
      how: 'promise',
      sync: () => {
        const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
        return childProcess().execFileSync(command, args, { ...options, stdio });
      },
      promise: () =>
        called<string>((answer) =>
          childProcess().execFile(command, args, options, (error, said) => answer(error as never, said)),
        ),
    });
  } catch (error) {
    if (hasCode(error, 'EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM')) throw aboutPath(error, file);
    return undefined;
  }
}

const childProcess = () => process.getBuiltinModule('node:child_process');
