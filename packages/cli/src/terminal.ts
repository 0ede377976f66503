import { CliError } from './errors.ts';

/** What is resized and signalled: a container, or a process in one. */
export interface Attached {
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
  kill(signal: string): Promise<void>;
}

/** @throws {CliError} where `-t` is given and there is no terminal. */
export function requireTerminal(): void {
  if (!process.stdin.isTTY) throw new CliError('the input is no terminal: leave out -t');
}

/** Hands every key through as it is, until it is disposed of. */
export function rawInput(): Disposable {
  process.stdin.setRawMode?.(true);
  return { [Symbol.dispose]: () => void process.stdin.setRawMode?.(false) };
}

/** Keeps a terminal as large as this one, until it is disposed of. */
export async function followSize(attached: Attached): Promise<Disposable> {
  const follow = async () => {
    const { columns, rows } = process.stdout;
    if (columns && rows) await attached.resize({ columns, rows }).catch(() => {}); // it may have ended
  };
  await follow();
  process.stdout.on('resize', follow);
  return { [Symbol.dispose]: () => void process.stdout.off('resize', follow) };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** Passes on the signals that this program gets, until it is disposed of. */
export function proxySignals(attached: Attached): Disposable {
  const pass = (signal: NodeJS.Signals) => void attached.kill(signal).catch(() => {}); // it may have ended
  for (const signal of SIGNALS) process.on(signal, pass);
  return {
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, pass);
    },
  };
}

/** Aborts at the first signal that asks this program to end. */
export function abortOnSignal(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => {
    process.exitCode = name === 'SIGINT' ? 130 : 143;
    controller.abort(new CliError(`ended by ${name}`, process.exitCode));
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, abort);
    },
  };
}
