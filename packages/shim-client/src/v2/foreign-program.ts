import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { ShimClientError } from '../errors.ts';

// The head of an ELF file, see elf(5): the class at 4, the byte order at 5, the machine at 18.
const HEAD_BYTES = 20;
const MAGIC = Buffer.from('\x7fELF', 'latin1');
const CLASS = 4;
const MACHINE = 18;

/** Where the kernel is told of interpreters for foreign programs. */
const INTERPRETERS = '/proc/sys/fs/binfmt_misc';
const NOT_INTERPRETERS: readonly string[] = ['register', 'status'];

/**
 * Makes sure that a program is none of another machine. The C library gives what the kernel refuses to `/bin/sh`, which would
 * take the bytes for commands.
 *
 * @throws {ShimClientError} `ERR_SHIM_SPAWN`.
 */
export function refuseForeignProgram(file: string): void {
  const machine = machineOf(file);
  if (machine === undefined || machine === machineOf(process.execPath) || hasInterpreters()) return;
  const message = `the shim ${file} is for another architecture than this one, ${process.arch}`;
  throw new ShimClientError('ERR_SHIM_SPAWN', message, { path: file });
}

/** The machine of an ELF program, in words that can be compared; undefined for a script, or what cannot be read. */
function machineOf(file: string): string | undefined {
  const head = headOf(file);
  if (!head?.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return head.toString('hex', CLASS, CLASS + 2) + head.toString('hex', MACHINE, MACHINE + 2);
}

function headOf(file: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined; // it may be executable, and not readable
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return readSync(descriptor, head) === HEAD_BYTES ? head : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function hasInterpreters(): boolean {
  try {
    return readdirSync(INTERPRETERS).some((name) => !NOT_INTERPRETERS.includes(name));
  } catch {
    return false;
  }
}
