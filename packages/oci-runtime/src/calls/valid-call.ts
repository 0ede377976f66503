import { badArgument } from '../errors.ts';
import { describe } from '../json.ts';
import { validFlag, validOptions, validTimeout } from '../validate.ts';
import type { RuntimeCallOptions } from './call-options.ts';

/** The options of all calls that say yes or no. */
const FLAGS = [
  'all',
  'autoDedup',
  'detach',
  'externalUnixSockets',
  'fileLocks',
  'force',
  'keep',
  'lazyPages',
  'leaveRunning',
  'noNewKeyring',
  'noNewPrivileges',
  'noPivot',
  'noSubreaper',
  'preDump',
  'shellJob',
  'tcpEstablished',
  'tty',
] as const;

/**
 * The options of a call, as far as all calls have them alike.
 *
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` for a signal that is none, a time that is none, and for anything
 * but true and false where that is asked.
 */
export function validCall<Options extends RuntimeCallOptions>(options: Options): Options {
  const { signal, timeoutMs } = validOptions(options);
  if (signal !== undefined && !isSignal(signal)) {
    throw badArgument(`signal must be an AbortSignal, and is ${describe(signal)}`);
  }
  if (timeoutMs !== undefined) validTimeout(timeoutMs, 'timeoutMs');
  for (const name of FLAGS) validFlag((options as Readonly<Record<string, unknown>>)[name], name);
  return options;
}

/** Whether it has what we need of an AbortSignal, of whatever realm. */
function isSignal(signal: unknown): signal is AbortSignal {
  if (typeof signal !== 'object' || signal === null) return false;
  const { aborted, addEventListener, removeEventListener } = signal as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}
