import { closeSync } from 'node:fs';
import { type FifoEnds, isFifo, openFifoToRead, openFifoToWrite } from './fifo.ts';
import type { IOObserver, KeptIO } from './kept-io.ts';
import { resumePipeIO } from './pipe-io.ts';
import { noIO, type ProcessIO } from './process-io.ts';
import type { StdioPaths } from './stdio-paths.ts';
import { resumeTerminalIO } from './terminal-io.ts';

/** Goes on with the stdio of a process that an earlier shim made, where somebody has kept it. */
export function resumeIO(stdio: StdioPaths, kept: KeptIO, observer: IOObserver): ProcessIO {
  return stdio.terminal ? resumeTerminalIO(kept, observer) : resumePipeIO(kept, observer);
}

/**
 * The shim's side of the stdio of a process that an earlier shim made and nobody has kept: its FIFOs are kept alive again. A
 * terminal went with the earlier shim; what is copied into a file goes on until the copy fails.
 */
export function reopenIO(stdio: StdioPaths, isStdinClosed: boolean): ProcessIO {
  if (stdio.terminal) return noIO;
  let input = isStdinClosed ? undefined : keepAlive(stdio.stdin, openFifoToRead);
  const outputs = [...new Set([stdio.stdout, stdio.stderr])].map((file) => keepAlive(file, openFifoToWrite));
  const closeStdin = () => {
    close(input);
    input = undefined;
  };
  const release = () => {
    closeStdin();
    for (const output of outputs.splice(0)) close(output);
  };
  return { ...noIO, closeStdin, close: release, release };
}

function keepAlive(file: string, open: (file: string) => FifoEnds): number | undefined {
  if (file === '' || !isFifo(file)) return undefined;
  try {
    const ends = open(file);
    closeSync(ends.own);
    return ends.keepAlive;
  } catch {
    return undefined; // whoever made it has taken it away just now
  }
}

function close(descriptor: number | undefined): void {
  if (descriptor !== undefined) closeSync(descriptor);
}
