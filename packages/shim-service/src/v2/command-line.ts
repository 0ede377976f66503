import { CommandLineError } from '../shim-process/command-line.ts';
import { type GroupKind, isGroupKind } from './group.ts';

/** What the program is asked to do: to serve a group, unless it is told otherwise. */
type Action = 'start' | 'delete' | 'keep' | 'serve' | 'info' | 'version' | 'help';

/** What the program is told when it is started. */
export interface TaskCommandLine {
  readonly action: Action;
  readonly namespace: string;
  /** Of the container. */
  readonly id: string;
  /** The address of the daemon. */
  readonly address: string;
  /** The program of the daemon. */
  readonly publishBinary: string;
  /** The bundle, where it is not the working directory. */
  readonly bundle: string;
  readonly debug: boolean;
  /** Which containers share a process, where the front program has read it already. */
  readonly kind: GroupKind | undefined;
  /** The group that is served. */
  readonly group: string;
  /** Where its process listens. */
  readonly socket: string;
}

const TEXTS = ['namespace', 'id', 'address', 'publish-binary', 'bundle', 'socket', 'kind', 'group'] as const;
const SWITCHES = ['debug', 'v', 'info', 'h', 'help'] as const;

/** What `-h` prints: the flags of the stock shim. */
export const USAGE = `Usage of containerd-shim-shimwright-v2:
  containerd-shim-shimwright-v2 [flags] start | delete

  -address string          address of the daemon
  -bundle string           path of the bundle, if it is not the working directory
  -debug                   log what the shim does
  -id string               id of the container
  -info                    describe this runtime, with its options on stdin, and exit
  -namespace string        namespace of the container
  -publish-binary string   path of the daemon's program
  -v                       show the version and exit
`;

/**
 * Reads the command line as Go's `flag` package does; the command follows the flags.
 *
 * @throws {CommandLineError} for a flag that is not known or has no value, a command that is none, or no namespace.
 */
export function parseTaskCommandLine(args: readonly string[]): TaskCommandLine {
  const given = new Map<string, string>();
  const rest = [...args];
  while (/^--?[^-]/.test(rest[0] ?? '')) readFlag(rest, given);
  const isOn = (name: (typeof SWITCHES)[number]) => /^(1|t|true)$/i.test(given.get(name) ?? '');
  const text = (name: (typeof TEXTS)[number]) => given.get(name) ?? '';
  const action = actionOf(rest[0] === '--' ? rest[1] : rest[0], isOn);
  if (text('namespace') === '' && ['start', 'delete', 'keep', 'serve'].includes(action)) {
    throw new CommandLineError('shim namespace cannot be empty');
  }
  const kind = text('kind') || undefined;
  if (kind !== undefined && !isGroupKind(kind)) throw new CommandLineError(`no kind of group: ${kind}`);
  return {
    ...{ action, kind, debug: isOn('debug'), namespace: text('namespace'), id: text('id') },
    ...{ address: text('address'), publishBinary: text('publish-binary'), bundle: text('bundle') },
    ...{ group: text('group'), socket: text('socket') },
  };
}

function readFlag(rest: string[], given: Map<string, string>): void {
  const arg = rest.shift() ?? '';
  const [, name = '', value] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  if ((SWITCHES as readonly string[]).includes(name)) {
    given.set(name, value ?? 'true');
    return;
  }
  if (!(TEXTS as readonly string[]).includes(name)) {
    throw new CommandLineError(`flag provided but not defined: ${arg}`);
  }
  const argument = value ?? rest.shift();
  if (argument === undefined) throw new CommandLineError(`flag needs an argument: -${name}`);
  given.set(name, argument);
}

function actionOf(command: string | undefined, isOn: (name: (typeof SWITCHES)[number]) => boolean): Action {
  if (isOn('h') || isOn('help')) return 'help';
  if (isOn('v')) return 'version';
  if (isOn('info')) return 'info';
  if (command === undefined) return 'serve';
  if (command === 'start' || command === 'delete' || command === 'keep') return command;
  throw new CommandLineError(`${command} is no command: give start or delete`);
}
