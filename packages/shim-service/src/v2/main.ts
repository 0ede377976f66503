// The shim of task v2 as a program, in the place of containerd's own `containerd-shim-runc-v2`: the same command line, the
// same answers. `start` has a process serve the group of a container, which is this program without a command.
import '../node-version.ts';
import { log, write } from '../own-log.ts';
import { ownVersion } from '../own-version.ts';
import { holdWhatNobodyHolds } from '../shim-process/last-resort.ts';
import { USAGE } from './command-line.ts';
import { NAME, runProgram } from './program.ts';
import { readStdin } from './read-stdin.ts';
import { startActions } from './start-actions.ts';

runProgram({
  ...startActions,
  help: async () => {
    process.stdout.write(USAGE);
  },
  version: async () => {
    process.stdout.write(`${NAME}:\n  Version:  ${ownVersion()}\n  Node.js:  ${process.versions.node}\n\n`);
  },
  info: async () => {
    const { info } = await import('./info.ts');
    process.stdout.write(await info(readStdin()));
  },
  delete: async (command) => {
    const { deleteShim } = await import('./delete.ts');
    const { becomeSubreaper } = await import('@shimwright/task-core');
    becomeSubreaper({ orphans: 'all' });
    process.stdout.write(await deleteShim(command, (message) => write(`${message}\n`)));
  },
  serve: async (command) => {
    const { serveGroup } = await import('./serve-group.ts');
    serveGroup(command, log);
    holdWhatNobodyHolds(log);
  },
});
