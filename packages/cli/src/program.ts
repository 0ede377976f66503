import { Command, Option } from 'commander';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { cpCommand } from './commands/cp.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { execCommand } from './commands/exec.ts';
import { imagesCommand } from './commands/images.ts';
import { inspectCommand } from './commands/inspect.ts';
import { killCommand } from './commands/kill.ts';
import { logsCommand } from './commands/logs.ts';
import { pauseCommand, unpauseCommand } from './commands/pause.ts';
import { psCommand } from './commands/ps.ts';
import { pullCommand } from './commands/pull.ts';
import { recoverCommand } from './commands/recover.ts';
import { restartCommand } from './commands/restart.ts';
import { rmCommand } from './commands/rm.ts';
import { rmiCommand } from './commands/rmi.ts';
import { createCommand, runCommand } from './commands/run.ts';
import { startCommand } from './commands/start.ts';
import { statsCommand } from './commands/stats.ts';
import { stopCommand } from './commands/stop.ts';
import { waitCommand } from './commands/wait.ts';
import { version } from './version.ts';
import { insteadOf } from './words-of-docker.ts';

const COMMANDS = [
  runCommand,
  createCommand,
  psCommand,
  execCommand,
  logsCommand,
  statsCommand,
  stopCommand,
  startCommand,
  restartCommand,
  killCommand,
  pauseCommand,
  unpauseCommand,
  waitCommand,
  rmCommand,
  inspectCommand,
  cpCommand,
  pullCommand,
  imagesCommand,
  rmiCommand,
  recoverCommand,
  eventsCommand,
  doctorCommand,
  completionCommand,
];

/** The whole command line. */
export function newProgram(): Command {
  const program = new Command('shimwright')
    .description('Run Linux containers without a daemon.')
    .exitOverride()
    .version(version(), '-v, --version', 'show the version')
    .configureOutput({ outputError: (text, write) => write(`shimwright: ${withHint(text)}`) })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .helpCommand(true);
  withGlobals(program);
  for (const make of COMMANDS) program.addCommand(withGlobals(inherit(make(), program)));
  program.addCommand(completeCommand(program), { hidden: true });
  return program;
}

/** What the parser says, with what to use instead where docker has the word and we do not. */
function withHint(text: string): string {
  const message = text.replace(/^error: /, '');
  const instead = insteadOf(message);
  return instead === undefined ? message : `${message.split('\n')[0]}: ${instead}\n`;
}

function inherit(command: Command, program: Command): Command {
  return command.copyInheritedSettings(program);
}

/** What each command takes, before its name or after it. */
function withGlobals(command: Command): Command {
  return command
    .addOption(new Option('--state-dir <dir>', 'where running containers are kept'))
    .addOption(new Option('--data-dir <dir>', 'where images, volumes and logs are kept'))
    .addOption(
      new Option('--namespace <name>', 'keeps containers apart (default: "default")').env(
        'SHIMWRIGHT_NAMESPACE',
      ),
    )
    .addOption(new Option('--runtime <name>', 'the OCI runtime (default: "auto")'))
    .addOption(new Option('--json', 'print JSON'));
}
