import { Command, Option } from 'commander';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { execCommand } from './commands/exec.ts';
import { imagesCommand } from './commands/images.ts';
import { logsCommand } from './commands/logs.ts';
import { psCommand } from './commands/ps.ts';
import { pullCommand } from './commands/pull.ts';
import { recoverCommand } from './commands/recover.ts';
import { restartCommand } from './commands/restart.ts';
import { rmCommand } from './commands/rm.ts';
import { runCommand } from './commands/run.ts';
import { startCommand } from './commands/start.ts';
import { statsCommand } from './commands/stats.ts';
import { stopCommand } from './commands/stop.ts';

const COMMANDS = [
  runCommand,
  psCommand,
  execCommand,
  logsCommand,
  statsCommand,
  stopCommand,
  startCommand,
  restartCommand,
  rmCommand,
  pullCommand,
  imagesCommand,
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
    .configureOutput({ outputError: (text, write) => write(`shimwright: ${text.replace(/^error: /, '')}`) })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .helpCommand(true);
  withGlobals(program);
  for (const make of COMMANDS) program.addCommand(withGlobals(inherit(make(), program)));
  program.addCommand(completeCommand(program), { hidden: true });
  return program;
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
