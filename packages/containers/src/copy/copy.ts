import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { heldBack } from '../caller-streams.ts';
import { ContainerError, messageOf } from '../errors.ts';
import { startProgram } from '../own-program.ts';

/** How many bytes of what the copier says are kept. */
const MAX_WORDS = 4_096;

/** An archive that is held until the copier reads it, and how its source failed if that did. */
export interface HeldArchive {
  readonly stream: PassThrough;
  readonly failure: () => ContainerError | undefined;
}

/** Holds an archive from now on. */
export function heldArchive(archive: AsyncIterable<Uint8Array>): HeldArchive {
  let failure: ContainerError | undefined;
  const source = archive instanceof Readable ? archive : Readable.from(archive);
  const stream = heldBack(source, (cause) => {
    const message = `the stream that was given as archive failed: ${messageOf(cause)}`;
    failure = new ContainerError('ERR_CONTAINER_INPUT', message, { option: 'archive', cause });
  });
  return { stream, failure: () => failure };
}

/**
 * Unpacks a tar archive below a directory of a container.
 *
 * @param root a descriptor of the container's root, which is closed.
 * @throws {ContainerError} `ERR_CONTAINER_COPY`.
 */
export async function copyInto(
  root: number,
  { stream, failure: archiveFailure }: HeldArchive,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const copier = new Copier(root, 'in', directory, ['pipe', 'ignore']);
  const { stdin } = copier.child;
  if (!stdin) throw new TypeError('the copier has no stdin');
  const fed = pipeline(stream, stdin, { ...(signal && { signal }) }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  signal?.addEventListener('abort', copier.kill);
  try {
    const failure = await copier.failure;
    if (failure) copier.kill();
    const unfed = failure ? undefined : await fed;
    signal?.throwIfAborted();
    if (failure || unfed) throw archiveFailure() ?? failure ?? unfed?.error;
  } finally {
    signal?.removeEventListener('abort', copier.kill);
    stdin.destroy();
  }
}

/**
 * A file or directory of a container as a tar archive. A failure destroys the stream with `ERR_CONTAINER_COPY`.
 *
 * @param root a descriptor of the container's root, which is closed.
 */
export function copyFrom(root: number, source: string, signal: AbortSignal | undefined): Readable {
  const copier = new Copier(root, 'out', source, ['ignore', 'pipe']);
  const archive = new PassThrough();
  const { stdout } = copier.child;
  stdout?.pipe(archive, { end: false });
  archive.once('close', copier.kill);
  const abort = () => archive.destroy(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const drained = stdout ? once(stdout, 'end').catch(() => {}) : Promise.resolve();
  copier.failure.then(async (failure) => {
    if (failure) archive.destroy(failure);
    else await drained;
    archive.end();
    signal?.removeEventListener('abort', abort);
  });
  if (signal?.aborted) abort();
  return archive;
}

class Copier {
  readonly child: ChildProcess;
  /** Resolves when it has ended, with what went wrong if anything did. */
  readonly failure: Promise<ContainerError | undefined>;
  readonly kill = () => void this.child.kill('SIGKILL');

  constructor(
    root: number,
    direction: 'in' | 'out',
    target: string,
    [stdin, stdout]: ['pipe' | 'ignore', 'pipe' | 'ignore'],
  ) {
    try {
      this.child = startProgram('copier', [direction, target], { stdio: [stdin, stdout, 'pipe', root] });
    } finally {
      closeSync(root);
    }
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr])
      stream?.on('error', () => {});
    this.failure = this.#failure(target);
  }

  async #failure(target: string): Promise<ContainerError | undefined> {
    let words = '';
    this.child.stderr?.on('data', (chunk: Buffer) => {
      words = (words + String(chunk)).slice(0, MAX_WORDS);
    });
    try {
      const [status, signal] = await once(this.child, 'close');
      if (status === 0) return undefined;
      return new ContainerError('ERR_CONTAINER_COPY', words || `the copier ended with ${signal ?? status}`, {
        path: target,
      });
    } catch (cause) {
      return new ContainerError('ERR_CONTAINER_COPY', messageOf(cause), { path: target, cause });
    }
  }
}
