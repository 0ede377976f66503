import { RuntimeOptions, StateRequest } from '@shimwright/shim-api/task-v2';
import { FrameScanner } from './frame-scanner.ts';

/** The calls that an earlier process did not answer: it may have done what they ask for. */
export class RepeatedCalls {
  readonly #calls: Set<string>;

  /** @param frames those of the requests. */
  constructor(frames: readonly Buffer[]) {
    this.#calls = new Set(frames.flatMap((bytes) => keyOfFrame(bytes)));
  }

  /** Whether a call is one of them; asked once, it is none any more. */
  take(method: string, id: string, execId = ''): boolean {
    return this.#calls.delete(keyOf(method, id, execId));
  }
}

function keyOfFrame(bytes: Buffer): string[] {
  try {
    // A request has two texts and bytes, as this message has: the service, the method, and the payload.
    const { configPath: method, configBody } = RuntimeOptions.decode(FrameScanner.messageOf({ bytes }));
    // All messages begin with the id; what follows is that of a process where there can be one.
    const { id, execId } = StateRequest.decode(configBody);
    return [keyOf(method, id, /^Create/.test(method) ? '' : execId)];
  } catch {
    return [];
  }
}

function keyOf(method: string, id: string, execId: string): string {
  return JSON.stringify([method, id, execId]);
}
