import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { type ExitStatus, makePipe, spawnProcess } from '@shimwright/linux-native';
import type { RuntimeSpawn } from '@shimwright/oci-runtime';
import { watchExit } from './exits/process-exit.ts';

/** How many descriptors a program always has. */
const STANDARD = 3;

let devNull: number | undefined;

/** Where what is ignored goes. It is opened once: a runtime has it up to three times. */
function nothing(): number {
  devNull ??= openSync('/dev/null', 'r+');
  return devNull;
}

/**
 * The `spawn` of an `OciRuntime` that starts it without a copy of this process's memory, and without loading execa for
 * it. Linux only.
 */
export const spawnRuntime: RuntimeSpawn = (start, stdio) => spawnIn('/', start, stdio);

/** The same, in a directory by which whoever comes later tells what the runtime is at work for: a bundle. */
export function spawnRuntimeIn(cwd: string): RuntimeSpawn {
  return (start, stdio) => spawnIn(cwd, start, stdio);
}

function spawnIn(
  cwd: string,
  { command, args, env }: Parameters<RuntimeSpawn>[0],
  stdio: Parameters<RuntimeSpawn>[1],
): ReturnType<RuntimeSpawn> {
  const opened: number[] = [];
  const outputs: (Readable | undefined)[] = [];
  try {
    const descriptors = stdio.map((target, index) => {
      if (target === 'inherit') return index;
      if (typeof target === 'number') return target;
      if (target === 'ignore' && index >= STANDARD) return undefined;
      if (target !== 'pipe') return nothing();
      const own = pipeTo(outputs, index);
      opened.push(own);
      return own;
    });
    const pid = spawnProcess({ command, args, env, cwd, descriptors, session: false });
    return { pid, stdout: outputs[1], stderr: outputs[2], exited: watchExit(pid).then(asExit) };
  } catch (error) {
    for (const output of outputs) output?.destroy();
    throw error;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

function pipeTo(outputs: (Readable | undefined)[], index: number): number {
  const [readEnd, writeEnd] = makePipe();
  outputs[index] = new Socket({ fd: readEnd, readable: true, writable: false });
  return writeEnd;
}

function asExit({ status, signal }: ExitStatus): { exitCode: number } | { exitSignal: string } {
  if (signal === undefined) return { exitCode: status };
  const [name = String(signal)] =
    Object.entries(constants.signals).find(([, number]) => number === signal) ?? [];
  return { exitSignal: name };
}
