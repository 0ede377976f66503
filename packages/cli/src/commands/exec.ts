import { Command } from 'commander';
import { environment } from '../environment.ts';
import { CliError, FAILED } from '../errors.ts';
import { printJson } from '../output.ts';
import { findContainer, placeOf, wantsJson } from '../place.ts';
import { followSize, proxySignals, rawInput, requireTerminal } from '../terminal.ts';
import { collect } from '../values.ts';

interface ExecFlags {
  readonly detach?: boolean;
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
}

export function execCommand(): Command {
  return new Command('exec')
    .summary('run a command in a container that runs')
    .description(
      'Run a command in a container that runs. With --json, its output comes as JSON when it has ended.',
    )
    .argument('<container>')
    .argument('<command...>', 'the command and its arguments')
    .passThroughOptions()
    .option('-d, --detach', 'only start it; what it writes is lost')
    .option('-i, --interactive', 'keep the input open')
    .option('-t, --tty', 'give it a terminal')
    .option('-e, --env <name=value>', 'an environment variable; NAME alone takes it from here', collect)
    .option('--env-file <file>', 'a file with one of these on each line', collect)
    .option('-u, --user <name|uid[:group|gid]>', 'who it runs as')
    .option('-w, --workdir <dir>', 'the directory to start in')
    .action(exec);
}

async function exec(
  name: string,
  args: readonly string[],
  flags: ExecFlags,
  command: Command,
): Promise<void> {
  const { detach = false, interactive = false, tty = false, user, workdir } = flags;
  if (detach && (interactive || tty)) throw new CliError('-d goes with neither -i nor -t', FAILED);
  if (tty && interactive) requireTerminal();
  const container = await findContainer(name, placeOf(command));
  const isJson = wantsJson(command);
  const env = environment(flags.env ?? [], flags.envFile ?? []);
  if (detach) {
    const started = await container.execDetached(args, { user, workdir, env });
    if (isJson) await printJson(started);
    return;
  }
  using held = new DisposableStack();
  if (tty && interactive) held.use(rawInput());
  try {
    const result = await container.exec(args, {
      ...{ user, workdir, terminal: tty, env },
      ...(interactive && { stdin: process.stdin }),
      ...(!isJson && { stdout: process.stdout, stderr: process.stderr, maxOutputBytes: 0 }),
      onStart: (process) => {
        held.use(proxySignals(process));
        if (tty)
          followSize(process).then(
            (size) => held.use(size),
            () => {},
          );
      },
    });
    process.exitCode = result.exitCode;
    if (isJson) await printJson(result);
  } finally {
    process.stdin.destroy();
  }
}
