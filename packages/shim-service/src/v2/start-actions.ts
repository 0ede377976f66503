import path from 'node:path';
import { groupFiles } from './group.ts';
import { keep } from './keeper/keep.ts';
import type { Actions } from './program.ts';
import { readStdin } from './read-stdin.ts';
import { start } from './start.ts';

/** What is done before a process serves. */
export const startActions: Actions = {
  start: async (command) => {
    process.stdout.write(await start(command, readStdin(), process.env));
  },
  keep: async ({ namespace, address: daemonAddress, group: id }, args) => {
    keep(groupFiles({ daemonAddress, namespace, id }).alive, [servingProgram(), ...args.slice(0, -1)]);
  },
};

/** The whole program, beside the one that runs: a file of `dist`, or of the sources. */
function servingProgram(): string {
  const own = process.argv[1] ?? '';
  return path.join(path.dirname(own), own.endsWith('.ts') ? 'main.ts' : 'shimwright-shim-v2.cjs');
}
