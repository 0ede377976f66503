import { closeSync, fchownSync } from 'node:fs';
import { makePipe, type ProcessIdentity } from '@shimwright/linux-native';
import { type Copying, canCopy, copy, goOnCopying } from './copier.ts';
import { openFifoToRead } from './fifo.ts';
import { type IOObserver, type KeptIO, UNKEPT } from './kept-io.ts';
import { joinTargets, partOf } from './kept-parts.ts';
import { type OutputOptions, startLogger } from './logger.ts';
import { type KeptTarget, type OutputTarget, openOutput, resumeTarget } from './output-target.ts';
import type { ProcessIO } from './process-io.ts';
import type { IOOwner, StdioPaths } from './stdio-paths.ts';

/**
 * Stdio without a terminal. For its output the process has the FIFOs themselves: no byte passes through here, and what it
 * writes waits in the FIFO for a reader that is late. Its input is a pipe, into which a process copies: a FIFO that is opened
 * anew waits for a writer, and one that this process reads from would not tell its writers when nobody reads any more.
 *
 * @throws {TaskError} `ERR_TASK_STDIO`; then nothing is left open.
 */
export async function openPipeIO(
  paths: StdioPaths,
  owner: IOOwner | undefined,
  options: OutputOptions,
  observer: IOObserver = UNKEPT,
): Promise<ProcessIO> {
  const ends = new Ends(observer);
  try {
    if (paths.stdin !== '') ends.addInput(paths.stdin);
    if (paths.stdout.startsWith('binary://')) await ends.addLogger(paths.stdout, options);
    else await ends.addOutputs(paths);
    if (owner) ends.giveTo(owner);
    ends.tell();
  } catch (error) {
    ends.close();
    throw error;
  }
  return ends;
}

/** Goes on with stdio that an earlier shim opened, and that was kept. */
export function resumePipeIO(kept: KeptIO, observer: IOObserver): ProcessIO {
  const ends = new Ends(observer);
  ends.resume(kept);
  ends.tell();
  return ends;
}

class Ends implements ProcessIO {
  readonly #observer: IOObserver;
  #stdin: number | undefined;
  #stdout: number | undefined;
  #stderr: number | undefined;
  #keepInput: number | undefined;
  #inputCopier: Copying | undefined;
  #drained: Promise<unknown>[] = [];
  #closers: (() => void)[] = [];
  readonly #targets = new Map<string, Omit<OutputTarget, 'descriptor'>>();
  #isGivenUp = false;

  constructor(observer: IOObserver) {
    this.#observer = observer;
  }

  get runtimeOptions(): ProcessIO['runtimeOptions'] {
    return {
      stdin: this.#stdin ?? 'ignore',
      stdout: this.#stdout ?? 'ignore',
      stderr: this.#stderr ?? 'ignore',
    };
  }

  get drained(): Promise<void> {
    return Promise.all(this.#drained).then(() => {});
  }

  addInput(file: string): void {
    const { own, keepAlive } = openFifoToRead(file);
    this.#stdin = own;
    this.#keepInput = keepAlive;
    if (!canCopy) return;
    const [readEnd, writeEnd] = makePipe();
    this.#stdin = readEnd;
    try {
      this.#copyInput(copy(own, writeEnd));
    } finally {
      for (const descriptor of [own, writeEnd]) closeSync(descriptor); // it has its own
    }
  }

  async addOutputs({ stdout, stderr }: StdioPaths): Promise<void> {
    if (stdout !== '') this.#stdout = await this.#open('stdout', stdout);
    // One descriptor for both keeps what a process writes to a file in its order.
    if (stderr !== '') this.#stderr = stderr === stdout ? this.#stdout : await this.#open('stderr', stderr);
  }

  async addLogger(address: string, options: OutputOptions): Promise<void> {
    const logger = await startLogger(address, options);
    this.#stdout = logger.stdout;
    this.#stderr = logger.stderr;
    this.#drained.push(logger.ended);
    this.#closers.push(logger.close);
  }

  giveTo({ uid, gid }: IOOwner): void {
    for (const descriptor of this.#given()) fchownSync(descriptor, uid, gid);
  }

  resume(kept: KeptIO): void {
    this.#keepInput = kept.descriptors['stdin.keepAlive'];
    const copier = kept.copiers['stdin'] && goOnCopying(kept.copiers['stdin']);
    if (copier) this.#copyInput(copier);
    for (const name of ['stdout', 'stderr']) {
      this.#add(
        name,
        resumeTarget(partOf(kept, name), () => this.tell()),
      );
    }
  }

  /** Has what there is now kept. */
  tell(): void {
    if (this.#isGivenUp) return;
    const targets = [...this.#targets].map(([name, target]): [string, KeptTarget] => [name, target.kept()]);
    const stdin = inputOf(this.#keepInput, this.#inputCopier?.process);
    this.#observer.onChange(joinTargets({ ...Object.fromEntries(targets), stdin }));
  }

  async started(): Promise<void> {
    for (const descriptor of this.#given()) closeSync(descriptor);
    this.#stdin = this.#stdout = this.#stderr = undefined;
  }

  closeStdin(): void {
    if (this.#keepInput === undefined) return;
    closeSync(this.#keepInput);
    this.#keepInput = undefined;
    this.#observer.onEnd(); // at once: one that is kept is open
    this.tell();
  }

  ended(): void {
    this.#inputCopier?.stop(); // who still writes is to know that nobody reads
  }

  resize(): void {
    // There is no terminal.
  }

  close(): void {
    this.#inputCopier?.stop();
    this.#observer.onEnd();
    this.release();
  }

  release(): void {
    this.#isGivenUp = true;
    for (const descriptor of this.#given()) closeSync(descriptor);
    this.#stdin = this.#stdout = this.#stderr = undefined;
    if (this.#keepInput !== undefined) closeSync(this.#keepInput);
    this.#keepInput = undefined;
    for (const close of this.#closers.splice(0)) close();
  }

  async #open(name: string, target: string): Promise<number> {
    const output = await openOutput(target, () => this.tell());
    this.#add(name, output);
    return output.descriptor;
  }

  #add(name: string, target: Omit<OutputTarget, 'descriptor'>): void {
    this.#targets.set(name, target);
    this.#drained.push(target.drained);
    this.#closers.push(() => target.close());
  }

  #copyInput(copier: Copying): void {
    this.#inputCopier = copier;
    void copier.ended.then(() => {
      this.#inputCopier = undefined;
    });
  }

  #given(): Set<number> {
    return new Set([this.#stdin, this.#stdout, this.#stderr].filter((end) => end !== undefined));
  }
}

function inputOf(keepAlive: number | undefined, copier: ProcessIdentity | undefined): KeptTarget {
  return { descriptors: keepAlive === undefined ? {} : { keepAlive }, copier };
}
