/** What a shim process is told when it is started. */
export interface CommandLine {
  readonly namespace: string;
  readonly workDir: string;
  /** The address of the manager, told to the publisher. */
  readonly address: string;
  /** The program that publishes an event. */
  readonly publisher: string;
  readonly runtimeRoot: string;
  readonly criu: string;
  readonly systemdCgroup: boolean;
  readonly debug: boolean;
  /** Where to listen, when no socket was inherited; empty for descriptor 3. */
  readonly socket: string;
  /** How long it stays without a container and a client, in milliseconds; undefined for the default. */
  readonly idleMs: number | undefined;
}

const TEXTS = [
  'namespace',
  'workdir',
  'address',
  'containerd-binary',
  'runtime-root',
  'criu',
  'socket',
  'idle',
] as const;
const SWITCHES = ['debug', 'systemd-cgroup', 'h', 'help', 'v'] as const;

/** What `-h` prints: the flags of the stock `containerd-shim`. */
export const USAGE = `Usage of shimwright-shim:
  -address string             address of the program that manages the shim
  -containerd-binary string   program that publishes an event, run for each
  -criu string                path of criu
  -debug                      log what the shim does
  -idle milliseconds          how long to stay without a container and a client (default 30000)
  -namespace string           namespace of the container
  -runtime-root string        where the OCI runtime keeps its state (default "/run/containerd/runc")
  -socket string              where to listen; without it, descriptor 3 is a socket that listens
  -systemd-cgroup             let systemd make the cgroups
  -v                          show the version and exit
  -workdir string             where the shim keeps its files
`;

/** What was asked for instead of serving, or a mistake on the command line. */
export class CommandLineError extends Error {}

/**
 * Reads the command line as Go's `flag` package does: one dash or two, a value behind `=` or as the next argument.
 *
 * @returns the command line, or which of `help` and `version` was asked for.
 * @throws {CommandLineError} for a flag that is not known or has no value.
 */
export function parseCommandLine(args: readonly string[]): CommandLine | 'help' | 'version' {
  const given = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name = '', value] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if ((SWITCHES as readonly string[]).includes(name)) given.set(name, value ?? 'true');
    else if ((TEXTS as readonly string[]).includes(name))
      given.set(name, value ?? argumentOf(name, rest.shift()));
    else throw new CommandLineError(`flag provided but not defined: ${arg}`);
  }
  const isOn = (name: (typeof SWITCHES)[number]) => /^(1|t|true)$/i.test(given.get(name) ?? '');
  if (isOn('h') || isOn('help')) return 'help';
  if (isOn('v')) return 'version';
  const text = (name: (typeof TEXTS)[number]) => given.get(name) ?? '';
  if (text('namespace') === '') throw new CommandLineError('shim namespace cannot be empty');
  return {
    namespace: text('namespace'),
    workDir: text('workdir'),
    address: text('address'),
    publisher: text('containerd-binary') || 'containerd',
    runtimeRoot: text('runtime-root'),
    criu: text('criu'),
    systemdCgroup: isOn('systemd-cgroup'),
    debug: isOn('debug'),
    socket: text('socket'),
    idleMs: given.has('idle') ? milliseconds(text('idle')) : undefined,
  };
}

function milliseconds(value: string): number {
  if (/^[0-9]{1,9}$/.test(value)) return Number(value);
  throw new CommandLineError(
    `invalid value ${JSON.stringify(value)} for flag -idle: no number of milliseconds`,
  );
}

function argumentOf(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new CommandLineError(`flag needs an argument: -${name}`);
}
