import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { growPipe } from '@shimwright/linux-native';
import { TaskError } from '../errors.ts';

/**
 * What output waits in. Each time that it is full or empty, one process has to be woken, which on a quiet virtual machine takes longer
 * than to copy what the kernel's 64 KiB hold: with this, a GiB takes a quarter of the time. It costs 5 KB of the kernel's for each.
 */
const OUTPUT_ROOM = 512 * 1024;

/** Both sides of one end of a FIFO: what a process is given, and what keeps the other side from ever being alone. */
export interface FifoEnds {
  /** The process's end. */
  readonly own: number;
  /** An end of the other kind. While it is open, nobody who opens the FIFO waits, and no writer is killed by SIGPIPE. */
  readonly keepAlive: number;
}

/** The end to write to, and a reader to keep it alive. No open waits for anybody. */
export function openFifoToWrite(path: string, flags = 0): FifoEnds {
  const ends = openEnds(path, constants.O_WRONLY | flags, constants.O_RDONLY);
  giveRoom(ends.own);
  return ends;
}

/** Gives a pipe for output its room, if this user may have that much. */
export function giveRoom(pipe: number): void {
  try {
    growPipe(pipe, OUTPUT_ROOM);
  } catch {
    // Output is slower then, and as complete.
  }
}

/** The end to read from, and a writer to keep it alive: until that is closed, the reader sees no end. */
export function openFifoToRead(path: string, flags = 0): FifoEnds {
  return openEnds(path, constants.O_RDONLY | flags, constants.O_WRONLY);
}

/** Whether there is a FIFO at the path; a link is none. */
export function isFifo(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}

function openEnds(path: string, own: number, other: number): FifoEnds {
  const opened: number[] = [];
  const open = (flags: number) => {
    const descriptor = openSync(path, flags | constants.O_NOFOLLOW);
    opened.push(descriptor);
    return descriptor;
  };
  try {
    // A FIFO opened both ways is there at once, and then each single way is too.
    const both = open(constants.O_RDWR | constants.O_NONBLOCK);
    const ends = { own: open(own), keepAlive: open(other | constants.O_NONBLOCK) };
    closeSync(both);
    return ends;
  } catch (cause) {
    for (const descriptor of opened) closeSync(descriptor);
    throw new TaskError('ERR_TASK_STDIO', `cannot open the FIFO ${path}`, { path, cause });
  }
}
