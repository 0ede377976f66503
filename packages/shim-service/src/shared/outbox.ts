import type { Any } from '@shimwright/shim-api';

/**
 * What publishes the events of one container. An event is prepared, then its cause is noted, then it is sent: so another
 * shim, that finds the cause noted and the event still prepared, knows that it has to send it, and no other.
 */
export interface Outbox {
  /** Puts an event in readiness. @throws where it cannot; then nothing of it is left. */
  prepare(name: string, topic: string, event: Any): void;
  /** Publishes an event that was prepared; one that is not there any more was published. @throws where it cannot; then it stays. */
  send(name: string): void;
  /** An event that was prepared and not yet sent. */
  prepared(name: string): Any | undefined;
  /** Does nothing more. */
  close(): void;
}
