import { parseArgs } from 'node:util';

/** How long a shared process stays without a shim to serve, unless told otherwise. */
const DEFAULT_GRACE_MS = 1_000;

/** What a shared process is told when it is started. */
export interface SharedCommandLine {
  readonly controlSocket: string;
  readonly graceMs: number;
}

/**
 * Reads the command line of a shared process, `--shared CONTROL_SOCKET [--grace MILLISECONDS]`; undefined for
 * that of a shim of its own.
 *
 * @throws {TypeError} for a flag that is not known or has no value, or a grace that is no number.
 */
export function parseSharedCommandLine(args: readonly string[]): SharedCommandLine | undefined {
  if (args[0] !== '--shared' && args[0] !== '--grace') return undefined;
  const { values } = parseArgs({
    args: [...args],
    options: { shared: { type: 'string' }, grace: { type: 'string' } },
  });
  const graceMs = Number(values.grace ?? DEFAULT_GRACE_MS);
  if (!Number.isSafeInteger(graceMs) || graceMs < 0)
    throw new TypeError(`--grace ${values.grace} is no number`);
  return { controlSocket: values.shared ?? '', graceMs };
}
