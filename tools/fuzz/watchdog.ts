import { Worker } from 'node:worker_threads';
import { HUNG_MS } from './hung.ts';

const MAX_INPUT_BYTES = 1024 * 1024;

// As text, since a worker of its own file would need the loaders of the one who starts it.
const PROGRAM = `
  const { workerData: { beats, input, hungMs } } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  let last = -1;
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    if (now === last) {
      const hex = Buffer.from(input.subarray(0, beats[1])).toString('hex');
      writeSync(2, 'hung for ' + hungMs + ' ms with the input ' + hex + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }
    last = now;
  }, hungMs);
`;

/** Ends this process when it is stuck in one piece of work, which no timer of its own could, and prints what it is. */
export class Watchdog implements AsyncDisposable {
  readonly #beats = new Int32Array(new SharedArrayBuffer(8));
  readonly #input = new Uint8Array(new SharedArrayBuffer(MAX_INPUT_BYTES));
  readonly #worker = new Worker(PROGRAM, {
    eval: true,
    execArgv: [],
    // Far later than what is told by promises, so that those have the first word.
    workerData: { beats: this.#beats, input: this.#input, hungMs: 4 * HUNG_MS },
  });

  /** Says that work goes on, and with what. */
  beat(input: Uint8Array): void {
    const length = Math.min(input.length, MAX_INPUT_BYTES);
    this.#input.set(input.subarray(0, length));
    this.#beats[1] = length;
    Atomics.add(this.#beats, 0, 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
