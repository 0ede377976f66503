import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { noteToldExit, setTeller } from '@shimwright/task-core';
import { connectKeeper } from './connect-keeper.ts';
import type { Kept, ServerProgram } from './keeper.ts';

import { WIRE_VERSION, Wire, type WireMessage } from './wire.ts';

/** How long a keeper that is started beside this process may take, and how often it is looked for. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 10;

/** How much is given to the keeper before it is woken to take it. */
const UNREAD = 32;

/** This process's side of its keeper, see `keeper.ts`. */
export class KeeperLink {
  readonly #control: Wire;
  readonly #deposits: Wire;
  readonly #ready = Promise.withResolvers<void>();
  readonly #lost = Promise.withResolvers<void>();
  #unread = 0;

  /**
   * Connects, and takes what the keeper has of an earlier server.
   *
   * @throws where there is none.
   */
  static async connect(onKept: (kept: Kept) => void, onRefused: (key: string) => void): Promise<KeeperLink> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const link = new KeeperLink(await twoConnections(), onKept, onRefused);
        await link.#ready.promise;
        return link;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  private constructor(
    [control, deposits]: readonly [number, number],
    onKept: (kept: Kept) => void,
    onRefused: (key: string) => void,
  ) {
    this.#ready.promise.catch(() => {}); // it may be lost later
    this.#control = new Wire(control, {
      onMessage: (message, descriptors) => {
        if (message.op === 'refused') onRefused(String(message['key']));
        else this.#take(message, descriptors, onKept);
      },
      onClose: () => this.#onLost(),
    });
    this.#deposits = new Wire(deposits, { onMessage: () => {}, onClose: () => {} });
    this.#control.send({ op: 'hello', as: 'control', version: WIRE_VERSION });
    this.#deposits.send({ op: 'hello', as: 'deposits' });
    this.#control.watch();
  }

  /** Resolves when the keeper has died. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Has something kept; what was kept under the same key is given up. @throws a system error: `EMFILE`. */
  keep(message: WireMessage, descriptors: readonly number[]): void {
    const isSent = this.#deposits.send(message, descriptors);
    this.#unread += 1;
    if (!isSent || this.#unread >= UNREAD) this.#wake();
  }

  /** Has it given up, at once: the other side of a pipe is to know. */
  drop(key: string): void {
    this.#deposits.send({ op: 'drop', key });
    this.#wake();
  }

  /** Says that this process ends, and nothing of it is to be kept. */
  end(): void {
    this.#control.send({ op: 'end' });
  }

  /** Says what is to be started when this process has ended. */
  next({ command, args }: ServerProgram): void {
    this.#control.send({ op: 'next', command, args });
  }

  #wake(): void {
    this.#unread = 0;
    this.#control.send({ op: 'read' });
  }

  #take(message: WireMessage, descriptors: readonly number[], onKept: (kept: Kept) => void): void {
    if (message.op === 'keep') onKept({ message, descriptors });
    else if (message.op === 'ready') {
      setTeller(process.ppid);
      this.#ready.resolve();
    } else if (message.op === 'exit') {
      const { pid, startTime, status, signal } = message as unknown as Exit;
      noteToldExit({ pid, startTime }, signal === undefined ? { status } : { status, signal });
    }
  }

  #onLost(): void {
    this.#deposits.close();
    setTeller(undefined);
    this.#ready.reject(new Error('the keeper has ended'));
    this.#lost.resolve();
  }
}

async function twoConnections(): Promise<[number, number]> {
  const control = await connectKeeper();
  try {
    return [control, await connectKeeper()];
  } catch (error) {
    closeSync(control);
    throw error;
  }
}

interface Exit {
  readonly pid: number;
  readonly startTime: string;
  readonly status: number;
  readonly signal?: number;
}
