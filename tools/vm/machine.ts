import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Image } from './image.ts';
import { JobOutput } from './job-output.ts';
import { userModeCommand } from './user-mode.ts';

const LOOK_MS = 1_000;
/** A kernel that boots says so at once, even where it is emulated. */
const FIRST_WORD_MS = 20_000;
/** Emulated, the slowest test file takes some minutes and says nothing meanwhile. */
const SILENCE_MS = 25 * 60_000;
const LAST_LINES = 30;

/** What runs a machine: this one's processor, a kernel that is itself a process here (user-mode Linux), or an emulator. */
export type Accelerator = 'kvm' | 'uml' | 'tcg';

/** Where a machine's life is kept, and who hears of it. */
export interface MachineOptions {
  /** The tar with the job. */
  readonly cargo: string;
  /** A directory for its console and its writes. */
  readonly directory: string;
  readonly accelerator: Accelerator;
  /** Called with each line that the job prints. */
  readonly onLine: (line: string) => void;
}

/** A machine that ended without telling the status of its job. */
export class MachineError extends Error {
  static {
    MachineError.prototype.name = 'MachineError';
  }
  /** `ERR_VM_SILENT` before its kernel said anything, `ERR_VM_HANGS` and `ERR_VM_DIED` later. */
  readonly code: 'ERR_VM_SILENT' | 'ERR_VM_HANGS' | 'ERR_VM_DIED';

  constructor(code: MachineError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Boots a machine, and waits until its job is done and it is off. Nothing that it writes is kept.
 *
 * @returns the status of the job.
 * @throws {MachineError} with the last lines of its console, when it ends without a status or falls silent.
 */
export async function runMachine(image: Image, options: MachineOptions): Promise<number> {
  const consoleLog = path.join(options.directory, 'console.log');
  const output = new JobOutput();
  const { file, arguments: words } =
    options.accelerator === 'uml'
      ? userModeCommand(image, options, consoleLog)
      : { file: 'qemu-system-x86_64', arguments: qemuArguments(image, options, consoleLog) };
  const machine = spawn(file, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: options.directory },
  });
  const end = () => void machine.kill('SIGKILL');
  process.once('exit', end);
  let heardAt = Date.now();
  let errors = '';
  machine.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    heardAt = Date.now();
    for (const line of output.add(chunk)) options.onLine(line);
  });
  machine.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const ended = once(machine, 'close');
  const watch = new AbortController();
  try {
    const failure = await Promise.race([
      ended.then(() => undefined),
      untilSilent(consoleLog, () => heardAt, watch.signal),
    ]);
    if (failure) {
      end();
      await ended;
    }
    for (const line of output.end()) options.onLine(line);
    if (output.status !== undefined) return output.status;
    const last = `${errors}${await lastLines(consoleLog)}`;
    throw new MachineError(failure ?? 'ERR_VM_DIED', `${WORDS[failure ?? 'ERR_VM_DIED']}\n${last}`);
  } finally {
    watch.abort();
    end();
    process.off('exit', end);
  }
}

const WORDS = {
  ERR_VM_SILENT: 'the kernel of the machine says nothing',
  ERR_VM_HANGS: `the machine has said nothing for ${SILENCE_MS / 60_000} minutes; the end of its console:`,
  ERR_VM_DIED: 'the machine ended without a status of its job; the end of its console:',
};

/** What qemu is started with. The first serial port is the console, the second has the output of the job. */
export function qemuArguments(
  { disk, kernel, initrd }: Image,
  { accelerator, cargo }: Pick<MachineOptions, 'accelerator' | 'cargo'>,
  consoleLog: string,
): string[] {
  // With several threads for its processors, an emulated 7.2 kernel panicked. What KVM of one machine lacks of
  // that of another is mostly the reports on faults of processors, which a machine for tests need not know.
  const processor = {
    kvm: ['-accel', 'kvm', '-cpu', 'host,-arch-capabilities', '-smp', '2'],
    tcg: ['-accel', 'tcg,thread=single', '-cpu', 'max', '-smp', '1'],
  };
  return [
    ...(accelerator === 'kvm' ? processor.kvm : processor.tcg),
    ...['-m', '4096', '-display', 'none', '-monitor', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', initrd],
    ...[
      '-append',
      'root=/dev/vda rw console=ttyS0 net.ifnames=0 panic=-1 systemd.mask=serial-getty@ttyS0.service',
    ],
    ...['-drive', `file=${disk},format=raw,if=virtio,snapshot=on`],
    ...['-drive', `file=${cargo},format=raw,if=virtio,readonly=on`],
    ...['-nic', 'user,model=virtio-net-pci', '-device', 'virtio-rng-pci'],
    ...['-serial', `file:${consoleLog}`, '-serial', 'stdio'],
  ];
}

/** Resolves once the machine has said nothing for too long, on both of its ports. */
async function untilSilent(
  consoleLog: string,
  heardAt: () => number,
  signal: AbortSignal,
): Promise<MachineError['code'] | undefined> {
  const startedAt = Date.now();
  let length = 0;
  let grownAt = startedAt;
  let hasBooted = false;
  while (!signal.aborted) {
    hasBooted ||= await says(consoleLog, 'Linux version');
    if (!hasBooted && Date.now() - startedAt > FIRST_WORD_MS) return 'ERR_VM_SILENT';
    const { size } = await stat(consoleLog).catch(() => ({ size: 0 }));
    if (size > length) grownAt = Date.now();
    length = size;
    if (Date.now() - Math.max(grownAt, heardAt()) > SILENCE_MS) return 'ERR_VM_HANGS';
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

async function says(consoleLog: string, words: string): Promise<boolean> {
  return (await readFile(consoleLog, 'latin1').catch(() => '')).includes(words);
}

async function lastLines(consoleLog: string): Promise<string> {
  const text = await readFile(consoleLog, 'latin1').catch(() => '');
  return text.replaceAll('\r', '').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
