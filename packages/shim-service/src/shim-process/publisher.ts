import { Any } from '@shimwright/shim-api';
import { runPublisher } from '@shimwright/shim-host';

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
  #last: Promise<void> = Promise.resolve();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  publish(topic: string, event: Any): void {
    this.#last = this.#last
      .then(() => runPublisher({ ...this.#options, topic }, Any.encode(event).finish()))
      .catch((error: Error) => this.#options.log(`cannot publish ${topic}: ${error.message}`));
  }
}
