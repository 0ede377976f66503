import { closeSync, fchownSync } from 'node:fs';
import { makePipe } from '@shimwright/linux-native';
import { type Copier, canCopy, startCopier } from './copier.ts';
import { openFifoToRead } from './fifo.ts';
import { type OutputOptions, openOutput, startLogger } from './output-target.ts';
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
): Promise<ProcessIO> {
  const ends = new Ends();
  try {
    if (paths.stdin !== '') ends.addInput(paths.stdin);
    if (paths.stdout.startsWith('binary://')) await ends.addLogger(paths.stdout, options);
    else await ends.addOutputs(paths);
    if (owner) ends.giveTo(owner);
  } catch (error) {
    ends.close();
    throw error;
  }
  return ends;
}

class Ends implements ProcessIO {
  #stdin: number | undefined;
  #stdout: number | undefined;
  #stderr: number | undefined;
  #keepInput: number | undefined;
  #inputCopier: Copier | undefined;
  #drained: Promise<unknown>[] = [];
  #closers: (() => void)[] = [];

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
    this.#inputCopier = startCopier(own, writeEnd, false);
    for (const descriptor of [own, writeEnd]) closeSync(descriptor); // it has its own
  }

  async addOutputs({ stdout, stderr }: StdioPaths): Promise<void> {
    if (stdout !== '') this.#stdout = await this.#open(stdout);
    // One descriptor for both keeps what a process writes to a file in its order.
    if (stderr !== '') this.#stderr = stderr === stdout ? this.#stdout : await this.#open(stderr);
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

  async started(): Promise<void> {
    for (const descriptor of this.#given()) closeSync(descriptor);
    this.#stdin = this.#stdout = this.#stderr = undefined;
  }

  closeStdin(): void {
    if (this.#keepInput !== undefined) closeSync(this.#keepInput);
    this.#keepInput = undefined;
  }

  ended(): void {
    this.#inputCopier?.stop(); // who still writes is to know that nobody reads
  }

  resize(): void {
    // There is no terminal.
  }

  close(): void {
    this.#inputCopier?.stop();
    this.release();
  }

  release(): void {
    for (const descriptor of this.#given()) closeSync(descriptor);
    this.#stdin = this.#stdout = this.#stderr = undefined;
    this.closeStdin();
    for (const close of this.#closers.splice(0)) close();
  }

  async #open(target: string): Promise<number> {
    const output = await openOutput(target);
    this.#drained.push(output.drained);
    this.#closers.push(output.close);
    return output.descriptor;
  }

  #given(): Set<number> {
    return new Set([this.#stdin, this.#stdout, this.#stderr].filter((end) => end !== undefined));
  }
}
