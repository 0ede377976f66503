import {
  type Container,
  type ContainerMount,
  type CreateOptions,
  create,
  imageReference,
} from '@shimwright/containers';
import { Command, Option } from 'commander';
import { capabilities } from '../capabilities.ts';
import { environment } from '../environment.ts';
import { CliError, FAILED } from '../errors.ts';
import { attachForeground } from '../foreground.ts';
import { parseMount, parseTmpfs, parseVolume } from '../mounts.ts';
import { print, printJson } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';
import { PullLine } from '../progress.ts';
import { abortOnSignal, requireTerminal } from '../terminal.ts';
import { collect, parseCpus, parsePidsLimit, parseSeconds, parseSize } from '../values.ts';

interface RunFlags {
  readonly detach?: boolean;
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly rm?: boolean;
  readonly name?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly volume?: readonly string[];
  readonly mount?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
  readonly hostname?: string;
  readonly label?: readonly string[];
  readonly entrypoint?: string;
  readonly memory?: number;
  readonly cpus?: number;
  readonly pidsLimit?: number | 'unlimited';
  readonly storageOpt?: readonly string[];
  readonly network?: string;
  readonly readOnly?: boolean;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly stopSignal?: string;
  readonly pull: 'missing' | 'always' | 'never';
  readonly rootfs?: boolean;
  readonly timeout?: number;
  readonly quiet?: boolean;
}

export function runCommand(): Command {
  return withContainerOptions(
    new Command('run')
      .summary('run a command in a new container')
      .description('Run a command in a new container. With --rootfs, IMAGE is a directory.')
      .option('-d, --detach', 'run in the background, and print the name')
      .option('--rm', 'remove it when it has ended')
      .option('--timeout <seconds>', 'how long it may run', parseSeconds),
  ).action(run);
}

export function createCommand(): Command {
  return withContainerOptions(
    new Command('create')
      .summary('make a container, to be started later')
      .description(
        'Make a container, and print its name; start runs it. With --rootfs, IMAGE is a directory.',
      ),
  ).action(createOnly);
}

function withContainerOptions(command: Command): Command {
  return command
    .argument(
      '<image>',
      'a name such as alpine:3.22, or the path of an archive or layout, beginning with ./ or /',
    )
    .argument('[command...]', 'the command and its arguments')
    .passThroughOptions()
    .option('-i, --interactive', 'keep the input open')
    .option('-t, --tty', 'give it a terminal')
    .option('--name <name>', 'its name')
    .option('-e, --env <name=value>', 'an environment variable; NAME alone takes it from here', collect)
    .option('--env-file <file>', 'a file with one of these on each line', collect)
    .option(
      '-v, --volume <source:target[:ro]>',
      'a directory of this machine, or a volume by its name',
      collect,
    )
    .option(
      '--mount <type=…,source=…,target=…>',
      'the same in words; the types are bind, volume and tmpfs',
      collect,
    )
    .option('--tmpfs <path[:size=…]>', 'a directory in memory', collect)
    .option('-w, --workdir <dir>', 'the directory to start in')
    .option('-u, --user <name|uid[:group|gid]>', 'who it runs as')
    .option('-h, --hostname <name>', 'the host name it sees')
    .option('-l, --label <name=value>', 'a fact of your own', collect)
    .option('--entrypoint <command>', 'what runs instead of the entrypoint of the image')
    .option('-m, --memory <size>', 'how much memory, such as 64m', parseSize)
    .option('--cpus <number>', 'how many processors, such as 0.5', parseCpus)
    .option('--pids-limit <number>', 'how many processes; -1 is no limit', parsePidsLimit)
    .option('--storage-opt <size=…>', 'how much it may write, such as size=1g', collect)
    .addOption(
      new Option('--network, --net <mode>', 'none, host, or the path of a network namespace').default('none'),
    )
    .option('--read-only', 'its root cannot be written')
    .option('--cap-add <name>', 'a capability more, or ALL', collect)
    .option('--cap-drop <name>', 'a capability less, or ALL', collect)
    .option('--stop-signal <signal>', 'the signal that asks it to stop')
    .addOption(
      new Option('--pull <when>', 'whether to pull the image')
        .choices(['missing', 'always', 'never'])
        .default('missing'),
    )
    .option('--rootfs', 'IMAGE is a directory')
    .option('-q, --quiet', 'tell nothing of the pull')
    .helpOption('--help', 'show this help');
}

async function run(image: string, args: readonly string[], flags: RunFlags, command: Command): Promise<void> {
  if (flags.tty && !flags.detach && flags.interactive) requireTerminal();
  const place = placeOf(command);
  const container = await make(image, { ...optionsOf(args, flags), ...place }, flags);
  if (flags.detach) {
    await startOrRemove(container);
    if (flags.rm) process.stderr.write('shimwright: --rm has no effect with -d: remove it with rm\n');
    await (wantsJson(command) ? printJson({ id: container.id }) : print(container.id));
    return;
  }
  process.exitCode = await attachForeground(container, {
    interactive: flags.interactive ?? false,
    terminal: flags.tty ?? false,
    remove: flags.rm ?? false,
    timeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1_000,
  });
}

async function createOnly(
  image: string,
  args: readonly string[],
  flags: RunFlags,
  command: Command,
): Promise<void> {
  const { id } = await make(image, { ...optionsOf(args, flags), ...placeOf(command) }, flags);
  await (wantsJson(command) ? printJson({ id }) : print(id));
}

async function startOrRemove(container: Container): Promise<void> {
  try {
    await container.start();
  } catch (error) {
    await container.remove();
    throw error;
  }
}

async function make(image: string, options: CreateOptions, flags: RunFlags): Promise<Container> {
  using ended = abortOnSignal();
  using progress = new PullLine(image, flags.quiet ?? false);
  const source = flags.rootfs
    ? { rootfs: image }
    : { image: await imageReference(image), pull: flags.pull, onPullProgress: progress.report };
  return create({ ...options, ...source, signal: ended.signal });
}

function optionsOf(args: readonly string[], flags: RunFlags): CreateOptions {
  const { capAdd = [], capDrop = [], entrypoint } = flags;
  return {
    ...(args.length > 0 && { args }),
    ...(entrypoint !== undefined && { entrypoint: entrypoint === '' ? [] : [entrypoint] }),
    name: flags.name,
    env: environment(flags.env ?? [], flags.envFile ?? []),
    mounts: mountsOf(flags),
    workdir: flags.workdir,
    user: flags.user,
    hostname: flags.hostname,
    labels: Object.fromEntries((flags.label ?? []).map((label) => splitPair(label))),
    memoryBytes: flags.memory,
    cpus: flags.cpus,
    pidsLimit: flags.pidsLimit,
    diskBytes: diskBytes(flags.storageOpt ?? []),
    network: flags.network,
    readonly: flags.readOnly,
    stopSignal: flags.stopSignal,
    terminal: flags.tty,
    stdin: flags.interactive,
    ...((capAdd.length > 0 || capDrop.length > 0) && { capabilities: capabilities(capAdd, capDrop) }),
  };
}

function mountsOf({ volume = [], mount = [], tmpfs = [] }: RunFlags): ContainerMount[] {
  return [...volume.map(parseVolume), ...mount.map(parseMount), ...tmpfs.map(parseTmpfs)];
}

function diskBytes(options: readonly string[]): number | undefined {
  for (const option of options) {
    const [, size] = /^size=(.*)$/.exec(option) ?? [];
    if (size === undefined)
      throw new CliError(`--storage-opt ${option} is not known; there is size=…`, FAILED);
    return parseSize(size);
  }
  return undefined;
}

function splitPair(text: string): [string, string] {
  const [name = '', value = ''] = text.split(/=(.*)/s);
  return [name, value];
}
