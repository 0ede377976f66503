import { hasCode, OciRuntimeError } from '../errors.ts';

/**
 * Whether a runtime that was asked something would fail again: by its own word, or since it hangs. A machine that had no process or
 * descriptor for it, or killed it, may have one the next time.
 */
export function isLasting(error: unknown): boolean {
  if (hasCode(error, 'ERR_RUNTIME_OUTPUT') || hasCode(error, 'ERR_RUNTIME_TIMEOUT')) return true;
  return error instanceof OciRuntimeError && error.exitCode !== undefined;
}
