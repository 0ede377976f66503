import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { parseTrace, type SystemCall } from './system-call.ts';

/** What strace is to do with some system calls: the value of its option `--inject`. */
export type Injection = `${string}:signal=KILL:when=${number}` | `${string}:error=${string}:when=${string}`;

/** strace, attached to a process: what it counts begins here. */
export class Tracer {
  readonly #strace: ChildProcess;
  readonly #log: string;

  /**
   * Resolves once every system call is seen.
   *
   * @param task a process, all of whose threads are traced, or one thread.
   * @param names the calls to trace, besides those that are injected.
   * @param root what its log is beside.
   */
  static async attach(
    task: { readonly process: number } | { readonly thread: number },
    names: readonly string[],
    injections: readonly Injection[],
    root: string,
  ): Promise<Tracer> {
    const log = `${root}.trace`;
    const whom = 'process' in task ? ['-f', '-p', String(task.process)] : ['-p', String(task.thread)];
    const inject = injections.flatMap((one) => ['-e', `inject=${one}`]);
    // What is not traced is not injected either.
    const traced = new Set([...names, ...injections.map((one) => one.slice(0, one.indexOf(':')))]);
    const args = ['-yy', '-s', '0', '-o', log, '-e', `trace=${[...traced].join(',')}`, ...inject];
    const strace = spawn('strace', [...args, ...whom], { stdio: ['ignore', 'ignore', 'pipe'] });
    await untilAttached(strace);
    return new Tracer(strace, log);
  }

  private constructor(strace: ChildProcess, log: string) {
    this.#strace = strace;
    this.#log = log;
  }

  /** Lets the process go, if it still runs; the calls it has made. */
  async detach(): Promise<SystemCall[]> {
    if (this.#strace.exitCode === null && this.#strace.signalCode === null) {
      const exited = once(this.#strace, 'exit');
      this.#strace.kill('SIGINT');
      await exited;
    }
    const trace = await readFile(this.#log, 'utf8');
    await rm(this.#log);
    return parseTrace(trace);
  }
}

async function untilAttached(strace: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.once('error', reject);
    strace.stderr?.once('end', () => reject(new Error(`strace cannot attach: ${said}`)));
    strace.stderr?.on('data', (data) => {
      said += data;
      if (said.includes(' attached')) resolve();
    });
  });
}
