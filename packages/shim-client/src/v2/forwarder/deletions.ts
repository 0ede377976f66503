import { decodeEvent, taskTopics } from '@shimwright/shim-api';
import type { ContainerName } from '../forwarder-service.ts';
import type { WholeEnvelope } from './spool-writer.ts';

/** How many deletions are kept that nobody has asked for. */
const MAX_KEPT = 1_000;

/** Of which containers it was told that they are deleted: the last that a shim has to tell of one. */
export class Deletions {
  readonly #told = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  /** Notes an event that is in the spool. */
  note({ namespace, topic, event }: WholeEnvelope): void {
    if (topic !== taskTopics.delete) return;
    const name = nameOf({ namespace, id: containerOf(event) });
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    if (waiting) waiting();
    else this.#told.add(name);
    const [oldest = ''] = this.#told;
    if (this.#told.size > MAX_KEPT) this.#told.delete(oldest);
  }

  /** Resolves once the deletion of a container was told. An abort forgets who waits. */
  async of(container: ContainerName, signal: AbortSignal): Promise<void> {
    const name = nameOf(container);
    if (this.#told.delete(name)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(name, resolve);
    const onAbort = () => {
      if (this.#waiting.get(name) === resolve) this.#waiting.delete(name);
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    await promise;
  }
}

function containerOf(event: WholeEnvelope['event']): string {
  try {
    const { type, message } = decodeEvent(event);
    return type === 'containerd.events.TaskDelete' ? message.containerId : '';
  } catch {
    return ''; // whoever listens will hear of it
  }
}

function nameOf({ namespace, id }: ContainerName): string {
  return `${namespace}/${id}`;
}
