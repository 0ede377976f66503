import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OutputOptions } from './options/container-options.ts';

/**
 * The streams that a caller gave, from the beginning of a call to its end. They may fail before there is a process to read or to write
 * them, and then nobody would listen: that would end the caller's program.
 */
export class CallerStreams implements Disposable {
  /** What the process reads. */
  readonly stdin: OutputOptions['stdin'];
  /** Resolves with the error of the input when that fails; never otherwise. */
  readonly inputFailure: Promise<unknown>;
  readonly #held: PassThrough | undefined;
  readonly #sinks: readonly NodeJS.EventEmitter[];

  constructor({ stdin, stdout, stderr }: Pick<OutputOptions, 'stdin' | 'stdout' | 'stderr'>) {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.inputFailure = promise;
    this.#held = isStream(stdin) ? heldBack(stdin, resolve) : undefined;
    this.stdin = this.#held ?? stdin;
    this.#sinks = [stdout, stderr].filter((sink) => sink !== undefined);
    for (const sink of this.#sinks) sink.on('error', ignore);
  }

  [Symbol.dispose](): void {
    this.#held?.destroy();
    for (const sink of this.#sinks) sink.off('error', ignore);
  }
}

/**
 * The same bytes. They are held from now on: what a process has written is thrown away when it ends and nobody has begun to read.
 *
 * @param onFailure called with the error of a source that fails by itself.
 */
export function heldBack(source: Readable, onFailure: (error: unknown) => void = ignore): PassThrough {
  const held = new PassThrough();
  held.on('error', ignore);
  source.once('error', (error) => {
    if (!held.destroyed) onFailure(error); // otherwise it is destroyed because nobody reads any more
  });
  if (source.errored) onFailure(source.errored);
  pipeline(source, held).catch(ignore); // `held` is destroyed with the error
  return held;
}

function isStream(stdin: OutputOptions['stdin']): stdin is Readable {
  return typeof stdin === 'object' && 'pipe' in stdin;
}

function ignore(): void {}
