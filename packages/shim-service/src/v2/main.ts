// The shim of task v2 as a program, in the place of containerd's own `containerd-shim-runc-v2`: the same command line, the
// same answers. `start` has a process serve the group of a container, which is this program without a command.
import '../node-version.ts';
import { ownVersion } from '../own-version.ts';
import { CommandLineError } from '../shim-process/command-line.ts';
import { holdWhatNobodyHolds } from '../shim-process/last-resort.ts';
import { log, write } from '../shim-process/own-log.ts';
import { parseTaskCommandLine, type TaskCommandLine, USAGE } from './command-line.ts';
import { groupFiles } from './group.ts';
import { readStdin } from './read-stdin.ts';

const NAME = 'containerd-shim-shimwright-v2';

async function main(args: readonly string[]): Promise<void> {
  const command = parsed(args);
  switch (command.action) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'version':
      process.stdout.write(`${NAME}:\n  Version:  ${ownVersion()}\n  Node.js:  ${process.versions.node}\n\n`);
      return;
    case 'info': {
      const { info } = await import('./info.ts');
      process.stdout.write(await info(readStdin()));
      return;
    }
    case 'start': {
      const { start } = await import('./start.ts');
      process.stdout.write(await start(command, readStdin(), process.env));
      return;
    }
    case 'delete': {
      const { deleteShim } = await import('./delete.ts');
      const { becomeSubreaper } = await import('@shimwright/task-core');
      becomeSubreaper({ orphans: 'all' });
      process.stdout.write(await deleteShim(command, (message) => write(`${message}\n`)));
      return;
    }
    case 'keep': {
      const { keep } = await import('./keeper/keep.ts');
      const { namespace, address: daemonAddress, group: id } = command;
      keep(groupFiles({ daemonAddress, namespace, id }).alive, args.slice(0, -1));
      return;
    }
    case 'serve': {
      const { serveGroup } = await import('./serve-group.ts');
      serveGroup(command, log);
      holdWhatNobodyHolds(log);
    }
  }
}

function parsed(args: readonly string[]): TaskCommandLine {
  try {
    return parseTaskCommandLine(args);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    write(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  write(`${NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
