import { closeSync, constants, openSync, readSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { makeFifo } from '@shimwright/linux-native';
import { codeOf } from './errors.ts';
import type { StdioPaths } from './task.ts';

/** Which pipes a process has. */
export interface PipesWanted {
  readonly stdin: boolean;
  readonly terminal: boolean;
}

/** Makes the FIFOs for the stdio of one process in a new directory, 0700. */
export async function makePipes(directory: string, { stdin, terminal }: PipesWanted): Promise<StdioPaths> {
  await mkdir(directory, { mode: 0o700 });
  const make = (name: string, wanted: boolean) => {
    if (!wanted) return '';
    const fifo = path.join(directory, name);
    makeFifo(fifo);
    return fifo;
  };
  return { stdin: make('stdin', stdin), stdout: make('stdout', true), stderr: make('stderr', !terminal) };
}

/**
 * New FIFOs in the place of those that a process had; who still has the old ones open is not heard any more.
 *
 * @returns those that there are.
 */
export async function renewPipes(directory: string): Promise<StdioPaths> {
  const names = await readdir(directory);
  const renewed = { stdin: '', stdout: '', stderr: '' };
  for (const name of ['stdin', 'stdout', 'stderr'] as const) {
    if (!names.includes(name)) continue;
    const fifo = path.join(directory, name);
    await rm(`${fifo}.new`, { force: true });
    makeFifo(`${fifo}.new`);
    await rename(`${fifo}.new`, fifo);
    renewed[name] = fifo;
  }
  return renewed;
}

/**
 * This side of an output, to be opened before the process has its own: the kernel tells an end only after there was a writer.
 */
export function openOutput(fifo: string): Readable {
  const fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  return socketOf(fd, { readable: true, writable: false });
}

/**
 * The same of a process that has had its own side, and may have ended: for who comes after the last writer has left, an empty FIFO would
 * stay silent for ever.
 */
export function outputSoFar(fifo: string): Readable {
  const fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  const { chunks, ended } = readAvailable(fd);
  if (ended) {
    closeSync(fd);
    return Readable.from(chunks);
  }
  const socket = socketOf(fd, { readable: true, writable: false });
  if (chunks.length > 0) socket.unshift(Buffer.concat(chunks));
  return socket;
}

/** What is in the pipe, which is little: a writer that goes on is left to the stream. */
function readAvailable(fd: number): { readonly chunks: readonly Buffer[]; readonly ended: boolean } {
  const chunks: Buffer[] = [];
  for (let count = 0; count < 16; count += 1) {
    const buffer = Buffer.allocUnsafe(65_536);
    try {
      const length = readSync(fd, buffer);
      if (length === 0) return { chunks, ended: true };
      chunks.push(buffer.subarray(0, length));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      break;
    }
  }
  return { chunks, ended: false };
}

/** This side of an input. Opened for reading too: a FIFO without a reader cannot be opened for writing without a wait. */
export function openInput(fifo: string): Writable {
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  return socketOf(fd, { readable: false, writable: true });
}

function socketOf(fd: number, sides: { readonly readable: boolean; readonly writable: boolean }): Socket {
  try {
    return new Socket({ fd, ...sides });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
