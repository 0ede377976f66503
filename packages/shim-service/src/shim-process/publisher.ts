import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Any } from '@shimwright/shim-api';

/** How long one run of the program may take. */
const TIMEOUT_MS = 5_000;

/** How an event is published, and where failures are told. */
export interface PublisherOptions {
  readonly program: string;
  readonly address: string;
  readonly namespace: string;
  readonly log: (message: string) => void;
}

/**
 * Publishes events by a program that is run for each, as
 * `PROGRAM --address ADDRESS publish --topic TOPIC --namespace NAMESPACE` with the event on its stdin; one at a time, so
 * that they keep their order.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  publish(topic: string, event: Any): void {
    this.#last = this.#last
      .then(() => this.#run(topic, Any.encode(event).finish()))
      .catch((error: Error) => this.#options.log(`cannot publish ${topic}: ${error.message}`));
  }

  async #run(topic: string, input: Uint8Array): Promise<void> {
    const { program, address, namespace } = this.#options;
    const args = ['--address', address, 'publish', '--topic', topic, '--namespace', namespace];
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: TIMEOUT_MS });
    child.stdin.on('error', () => {}); // its status tells
    child.stdin.end(input);
    const [status, signal] = await once(child, 'exit');
    if (status !== 0) throw new Error(`${program} ended with ${signal ?? `status ${status}`}`);
  }
}
