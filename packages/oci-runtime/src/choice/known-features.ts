import { generalCall } from '../calls/container-calls.ts';
import { OciRuntimeError } from '../errors.ts';
import { fileIdentity } from '../file-identity.ts';
import type { Invoker } from '../invoker.ts';
import { parseFeatures, type RuntimeFeatures } from '../output/runtime-features.ts';
import { isLasting } from './lasting-failure.ts';
import { SharedRun } from './shared-run.ts';

const known = new SharedRun<RuntimeFeatures | undefined>();

/** The features of the runtime, asked once in a process; undefined for one that does not tell them. */
export async function knownFeatures(
  invoker: Invoker,
  command: string,
  signal: AbortSignal | undefined,
): Promise<RuntimeFeatures | undefined> {
  const ask = async (ending: AbortSignal) => {
    try {
      return await invoker.query(generalCall('features'), { signal: ending }, parseFeatures);
    } catch (error) {
      if (ending.aborted || !isLasting(error)) throw error;
      return undefined;
    }
  };
  try {
    return await known.get(`${command} ${fileIdentity(command)}`, ask, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined; // this time
  }
}

/** Says that a runtime does not have what is asked for, by its own word. */
export function unsupported(call: string, id: string, command: string, what: string): OciRuntimeError {
  return new OciRuntimeError('ERR_RUNTIME_UNSUPPORTED', `${command} was built without ${what}`, {
    call,
    id,
    command,
  });
}
