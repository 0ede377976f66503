// The keeper as a program: `--server PID -- COMMAND ARG…` for a server that was started beside it, `--resume FILE -- COMMAND ARG…` for
// a server that becomes its own keeper, `--probe` to see whether it can run here.
import '../node-version.ts';
import { readFileSync, rmSync } from 'node:fs';
import { assertPlatform, makeDirectoriesSync, setCloseOnExec, setSubreaper } from '@shimwright/linux-native';
import { sharedFiles } from '@shimwright/shim-host';
import { log as ownLog } from '../own-log.ts';
import { ignoreSignals } from '../own-signals.ts';
import { Keeper, type Kept } from './keeper.ts';

const NEVER_MS = 2 ** 31 - 1;

/** The descriptor of the control socket, which is kept so that whoever connects while there is no server waits for the next one. */
const CONTROL_SOCKET = 3;

function main([mode, value = '', , command = '', ...args]: readonly string[]): void {
  assertPlatform();
  if (mode === '--probe') return;
  // Before all else: what ends from now on comes here.
  setSubreaper(true);
  ignoreSignals();
  setCloseOnExec(CONTROL_SOCKET, true);
  const { registry } = sharedFiles(args[args.indexOf('--shared') + 1] ?? '');
  makeDirectoriesSync(registry, 0o700, 0o700);
  process.chdir(registry);
  const server = mode === '--server' ? Number(value) : 0;
  const keeper = new Keeper({ command, args }, server, mode === '--resume' ? resumed(value) : new Map(), log);
  process.on('SIGCHLD', () => keeper.look());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => keeper.end());
  keeper.look(); // what has ended before
  setInterval(() => {}, NEVER_MS); // signals alone keep no process of Node
}

/** What the process that has become this one had given into keeping; its descriptors are still open. */
function resumed(file: string): Map<string, Kept> {
  const kept = new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, Kept][]);
  rmSync(file, { force: true });
  for (const { descriptors } of kept.values()) for (const fd of descriptors) setCloseOnExec(fd, true);
  return kept;
}

const log = (message: string) => ownLog(`keeper: ${message}`);

process.on('uncaughtException', (error) => {
  log(error.stack ?? error.message);
  process.exitCode ??= 1;
});

main(process.argv.slice(2));
