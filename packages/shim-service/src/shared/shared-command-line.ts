import { parseArgs } from 'node:util';
import { IDLE_MS } from '../idle-end.ts';
import type { KeptAs } from '../keeper/kept-server.ts';

/** How long a shared process stays without a shim to serve, unless told otherwise. */
const DEFAULT_GRACE_MS = 1_000;

/** What a shared process is told when it is started. */
export interface SharedCommandLine {
  readonly controlSocket: string;
  readonly graceMs: number;
  /** How long a shim stays without a container and a client. */
  readonly idleMs: number;
  /** How it has come to its keeper; undefined for a process without one. */
  readonly keptAs: KeptAs | undefined;
}

/**
 * Reads the command line of a shared process, `--shared CONTROL_SOCKET [--grace MILLISECONDS] [--idle MILLISECONDS]`, with
 * `--kept first` or `--kept next` for one that has a keeper; undefined for that of a shim of its own.
 *
 * @throws {TypeError} for a flag that is not known or has no value, or a time that is no number.
 */
export function parseSharedCommandLine(args: readonly string[]): SharedCommandLine | undefined {
  if (!['--shared', '--grace', '--idle'].includes(args[0] ?? '') || !args.includes('--shared'))
    return undefined;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ shared: { type: 'string' }, grace: { type: 'string' }, idle: { type: 'string' } },
      kept: { type: 'string' },
    },
  });
  return {
    controlSocket: values.shared ?? '',
    graceMs: milliseconds('--grace', values.grace ?? DEFAULT_GRACE_MS),
    idleMs: milliseconds('--idle', values.idle ?? IDLE_MS),
    keptAs: values.kept === undefined ? undefined : values.kept === 'first' ? 'first' : 'next',
  };
}

function milliseconds(flag: string, value: string | number): number {
  const ms = Number(value);
  if (Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw new TypeError(`${flag} ${value} is no number`);
}
