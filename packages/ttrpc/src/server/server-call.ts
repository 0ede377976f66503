import { Call } from '../call.ts';
import type { Inbox } from '../inbox.ts';
import type { Outbox } from '../outbox.ts';
import type { Metadata } from '../types.ts';

/** A call of a client, with its streams where it has some. */
export class ServerCall extends Call {
  readonly streamId: number;
  /** Whether the client has its answer, and what the handler gives is for nobody. */
  isAnswered = false;
  /** The requests, where the method takes a stream of them. */
  inbox: Inbox<unknown> | undefined;
  /** The responses, where the handler has given a stream of them. */
  outbox: Outbox | undefined;

  constructor(streamId: number, timeoutMs: number | undefined, metadata: Metadata) {
    super(timeoutMs, metadata);
    this.streamId = streamId;
  }

  override abort(reason: unknown): void {
    if (this.aborted) return;
    super.abort(reason);
    this.inbox?.abort(reason);
    this.outbox?.stop();
  }
}
