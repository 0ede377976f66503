import type { Readable, Writable } from 'node:stream';

/** Keeps the beginning of an output, and passes all of it on. */
export class Capture {
  readonly #kept: Buffer[] = [];
  #missing: number;
  /** Whether something came after the last byte that is kept. */
  truncated = false;
  /** Resolves when the output has ended; it never rejects. */
  readonly ended: Promise<void>;
  readonly #source: Readable;

  /** @param sink gets all of it; a slow one makes the process wait, and one that fails is left out. */
  constructor(source: Readable, maxBytes: number, sink?: Writable) {
    this.#missing = maxBytes;
    this.#source = source;
    this.ended = this.#read(source, sink).catch(() => {}); // a source that was destroyed has ended, too
  }

  /** What is kept, as text. */
  get text(): string {
    const kept = Buffer.concat(this.#kept);
    return this.truncated ? wholeCharacters(kept) : kept.toString();
  }

  /** Gives up what has not come yet. */
  stop(): void {
    this.#source.destroy();
  }

  async #read(source: Readable, sink: Writable | undefined): Promise<void> {
    let isWritable = sink !== undefined;
    const fail = () => {
      isWritable = false;
    };
    sink?.on('error', fail);
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        this.#keep(chunk);
        if (sink && isWritable && !sink.destroyed && !sink.write(chunk)) await drained(sink);
      }
    } finally {
      sink?.off('error', fail);
    }
  }

  #keep(chunk: Buffer): void {
    if (this.#missing > 0) this.#kept.push(chunk.subarray(0, this.#missing));
    if (chunk.length > this.#missing) this.truncated = true;
    this.#missing = Math.max(0, this.#missing - chunk.length);
  }
}

async function drained(sink: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const event of ['drain', 'error', 'close']) sink.once(event, resolve);
  await promise;
  for (const event of ['drain', 'error', 'close']) sink.off(event, resolve);
}

/** A character that was cut in the middle is left out. */
function wholeCharacters(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}
