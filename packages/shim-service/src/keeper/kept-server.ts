import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { replaceProcess } from '@shimwright/linux-native';
import { keeperProgram } from '../shim-program.ts';
import { Deposits } from './deposits.ts';
import type { ServerProgram } from './keeper.ts';
import { KeeperLink } from './keeper-link.ts';

/** How a server has come to its keeper: both were started at once, or it was started by the keeper. */
export type KeptAs = 'first' | 'next';

/** How long a program that cannot run here may take to say so. */
const PROBE_MS = 10_000;

/** How long is waited before it is tried again to become a keeper. */
const RETRY_MS = 10_000;

const CONTROL_SOCKET = 3;
const RESUME_FILE = 'resume.json';

/** What a server that has a keeper is told. */
export interface KeptServerOptions {
  readonly as: KeptAs;
  /** Resolves when a moment has come in which nothing is being made. */
  readonly untilQuiet: () => Promise<void>;
  /** Told what went wrong. */
  readonly log: (message: string) => void;
}

/** A server with a keeper: what both have to do with each other. */
export class KeptServer {
  readonly deposits = new Deposits();
  readonly #options: KeptServerOptions;
  #link: KeeperLink | undefined;
  #isHandingOver = false;

  constructor(options: KeptServerOptions) {
    this.#options = options;
    process.once('exit', () => {
      if (!this.#isHandingOver) this.#link?.end();
    });
  }

  /**
   * Resolves when it is known what an earlier server has left with the keeper. A first server need not wait for that. Never rejects: a
   * server without a keeper serves all the same.
   */
  async connect(): Promise<void> {
    try {
      const link = await KeeperLink.connect(
        (kept) => this.deposits.found(kept),
        (key) => this.deposits.refused(key),
      );
      this.#link = link;
      this.deposits.attach(link);
      void link.lost.then(() => this.#onLost());
    } catch (error) {
      this.#options.log(`there is no keeper: ${String(error)}`);
    }
  }

  /** Whether the next server can be started by the keeper. */
  get hasKeeper(): boolean {
    return this.#link !== undefined;
  }

  /** Has the keeper start another program when this process ends. */
  handOver(program: ServerProgram): void {
    this.#isHandingOver = true;
    this.#link?.next(program);
  }

  /** Becomes a keeper itself, whose server goes on: the containers are children of this process, and no other can become their parent. */
  async #onLost(): Promise<void> {
    this.#link = undefined;
    this.deposits.detach();
    this.#options.log('the keeper has ended: this process becomes one');
    for (;;) {
      await this.#options.untilQuiet();
      if (await canKeep()) this.#become();
      await delay(RETRY_MS);
    }
  }

  #become(): void {
    const kept = this.deposits.all;
    const file = path.resolve(RESUME_FILE);
    try {
      writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
      const { command, args } = keeperProgram();
      const { execPath, execArgv, argv } = process;
      replaceProcess({
        command,
        args: [...args, '--resume', file, '--', execPath, ...execArgv, ...withoutKept(argv.slice(1))],
        env: process.env,
        descriptors: [CONTROL_SOCKET, ...kept.flatMap(([, { descriptors }]) => descriptors)],
      });
    } catch (error) {
      rmSync(file, { force: true });
      this.#options.log(`cannot become a keeper: ${String(error)}`);
    }
  }
}

/** Whether the program of the keeper can run: what is on the disk may be of another version by now, or gone. */
async function canKeep(): Promise<boolean> {
  try {
    const { command, args } = keeperProgram();
    const probe = spawn(command, [...args, '--probe'], { stdio: 'ignore', timeout: PROBE_MS });
    const [status] = await once(probe, 'exit');
    return status === 0;
  } catch {
    return false;
  }
}

function withoutKept(args: readonly string[]): string[] {
  const at = args.indexOf('--kept');
  return at === -1 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
}
