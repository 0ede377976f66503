import { Any } from '@shimwright/shim-api';
import { runPublisher } from '@shimwright/shim-host';
import { PublishQueue } from '../publish-queue.ts';

/** How events are published, and where failures are told. */
export interface PublisherOptions {
  readonly program: string;
  readonly address: string;
  readonly namespace: string;
  readonly log: (message: string) => void;
}

/** Publishes events by a program that is run for each; one at a time, so that they keep their order. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #queue: PublishQueue;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#queue = new PublishQueue(options.log);
  }

  publish(topic: string, event: Any): void {
    this.#queue.add(topic, () => runPublisher({ ...this.#options, topic }, Any.encode(event).finish()));
  }
}
