// The keeper: the parent of the process that serves the shims of many containers, and all that is left when that is killed.
//
// Why it is built like this:
//
// * A process that has lost its parent goes to the next subreaper among its ancestors. So the keeper is the parent of the server, and
//   both are subreapers: containers are children of the server, which reaps them without asking anybody. When the server is killed,
//   the kernel gives them to the keeper, those too that have ended and were not reaped. The server reaps a process only when its end
//   is noted (`watchEnd`), so each end is seen by one of the two. When the keeper is killed, the containers stay with the server.
// * A process cannot get another parent while its own lives, so a server whose keeper was killed becomes a keeper itself
//   (`replaceProcess`: its children stay) and starts a new server below it.
// * Descriptors are sent here when they are made (SCM_RIGHTS), and read only when there is a reason: what waits in a socket is safe
//   from the death of the sender, so this process sleeps while nothing happens, and costs no switch of context.
// * What copies to and from terminals and files are processes of their own (`cat`). So nothing that was read is lost with the server.
// * It knows nothing of containers. It is written for Node because nothing else is on every system that this runs on; bare, with koffi,
//   that takes 9 MB of private memory.
//
// The keeper of v2's process is a shell of 0.2 MB beside a pair of sockets in which descriptors wait. It would break two promises here:
//
// * A status is noted before its process is reaped, on any kernel. bash, which is /bin/sh on many systems, reaps each child as it ends,
//   and before Linux 6.15 nobody can ask for the status afterwards. containerd tells 137 then, and so does v2; here it has to be right.
// * `drop` closes at once: whoever writes to a process that has ended, or reads from one whose input was closed, has to be told. What
//   waits in a pair of sockets is closed only when all of it is taken out and put in again, at each end of any process.
import { closeSync } from 'node:fs';
import {
  hasSpareDescriptors,
  peekAny,
  processStat,
  reap,
  spawnProcess,
  type Zombie,
} from '@shimwright/linux-native';
import { KeeperSocket } from './keeper-socket.ts';
import { WIRE_VERSION, Wire, type WireMessage } from './wire.ts';

/** How long is waited before a server is started again that ends at once: at first, and at most. */
const RETRY_MS = { first: 100, longest: 5_000 } as const;

/** How many descriptors are not used to keep those of others: they are for what this process has to do itself. */
const SPARE = 16;

/** How many ends are remembered that no server may have noted. */
const MAX_EXITS = 1024;

const SIGTERM = 15;

/** What starts a server. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
}

/** What was given into keeping. */
export interface Kept {
  readonly message: WireMessage;
  readonly descriptors: readonly number[];
}

/** Keeps what a server gives it, and starts the next one when it is killed. */
export class Keeper {
  #program: ServerProgram;
  #earlierProgram: ServerProgram | undefined;
  #server = 0;
  #hasGreeted = false;
  #wasEverGreeted: boolean;
  #isEnding = false;
  #failures = 0;
  #socket: KeeperSocket | undefined;
  #control: Wire | undefined;
  #deposits: Wire | undefined;
  readonly #kept: Map<string, Kept>;
  #toGive: Kept[] | undefined;
  readonly #exits = new Map<string, WireMessage>();
  readonly #log: (message: string) => void;

  /** @param server one that is started already; 0 for none, which is started with the first `look`. */
  constructor(
    program: ServerProgram,
    server: number,
    kept: Map<string, Kept>,
    log: (message: string) => void,
  ) {
    this.#program = program;
    this.#kept = kept;
    this.#log = log;
    this.#wasEverGreeted = server === 0;
    if (server === 0) this.#start();
    else this.#await(server);
  }

  /** Looks which children have ended, and reaps them. */
  look(): void {
    for (let zombie = peekAny(); zombie; zombie = peekAny()) {
      const { pid } = zombie;
      if (pid !== this.#server) this.#note(zombie);
      reap(pid);
      if (pid === this.#server) this.#onServerEnd(zombie);
    }
  }

  /** Ends the server, and then this process. */
  end(): void {
    this.#isEnding = true;
    if (this.#server === 0) process.exit(0);
    process.kill(this.#server, SIGTERM); // not reaped yet, so its id is its own
  }

  #start(): void {
    const { command, args } = this.#program;
    try {
      this.#await(
        spawnProcess({
          ...{ command, args: [...args, '--kept', 'next'], env: process.env },
          descriptors: [undefined, 1, 2, 3],
        }),
      );
    } catch (error) {
      this.#log(`cannot start the server: ${String(error)}`);
      this.#server = 0;
      this.#later();
    }
  }

  #await(server: number): void {
    this.#server = server;
    this.#hasGreeted = false;
    this.#listen(server);
  }

  #listen(server: number, tries = 1): void {
    if (this.#server !== server) return;
    try {
      this.#socket = new KeeperSocket(
        () => this.#server,
        (fd) => this.#accept(fd),
      );
    } catch (error) {
      if (tries === 1) this.#log(`cannot wait for the server yet: ${String(error)}`);
      setTimeout(() => this.#listen(server, tries + 1), RETRY_MS.first);
    }
  }

  #accept(fd: number): void {
    const wire = new Wire(fd, {
      onMessage: (message, descriptors) => {
        if (message.op === 'hello') this.#greet(wire, message['as']);
        else this.#take(message, descriptors);
      },
      onLoss: (message) => this.#refuse(String(message['key'])),
      onDrain: () => this.#giveBack(),
      onClose: () => {}, // that it has ended is told by the kernel
    });
    wire.watch();
  }

  #greet(wire: Wire, as: unknown): void {
    if (as === 'deposits') {
      this.#deposits = wire;
      wire.unwatch();
    } else {
      this.#control = wire;
    }
    if (!this.#control || !this.#deposits) return;
    this.#socket?.close();
    this.#socket = undefined;
    this.#hasGreeted = this.#wasEverGreeted = true;
    this.#failures = 0;
    this.#earlierProgram = undefined;
    this.#toGive = [...this.#kept.values()];
    this.#giveBack();
  }

  /** Gives the server what an earlier one has left, as it takes it: what waits needs descriptors of its own. */
  #giveBack(): void {
    const control = this.#control;
    if (!control || !this.#toGive) return;
    try {
      for (let next = this.#toGive[0]; next; next = this.#toGive[0]) {
        const isTaken = control.send(next.message, next.descriptors);
        this.#toGive.shift();
        if (!isTaken) return;
      }
    } catch {
      setTimeout(() => this.#giveBack(), RETRY_MS.first); // there is no descriptor left for it
      return;
    }
    this.#toGive = undefined;
    for (const exit of this.#exits.values()) control.send(exit);
    control.send({ op: 'ready', version: WIRE_VERSION });
  }

  #take(message: WireMessage, descriptors: readonly number[]): void {
    const key = String(message['key']);
    const last = Math.max(0, ...descriptors);
    if (message.op === 'keep' && hasSpareDescriptors(last, SPARE)) {
      this.#drop(key);
      this.#kept.set(key, { message, descriptors });
      return;
    }
    for (const fd of descriptors) closeSync(fd);
    if (message.op === 'keep') this.#refuse(key);
    if (message.op === 'drop') this.#drop(key);
    else if (message.op === 'read') this.#deposits?.read();
    else if (message.op === 'end') this.#isEnding = true;
    else if (message.op === 'next') {
      this.#earlierProgram = this.#program;
      this.#program = { command: String(message['command']), args: message['args'] as string[] };
    }
  }

  /** What is kept under that key is no longer what there is. The server gives it again, as there may be room then. */
  #refuse(key: string): void {
    this.#drop(key);
    this.#control?.send({ op: 'refused', key });
  }

  #drop(key: string): void {
    for (const fd of this.#kept.get(key)?.descriptors ?? []) closeSync(fd);
    this.#kept.delete(key);
  }

  #note({ pid, status, signal }: Zombie): void {
    const { startTime = '' } = processStat(pid) ?? {};
    const exit = { op: 'exit', pid, startTime, status, ...(signal !== undefined && { signal }) };
    const key = `${pid} ${startTime}`;
    this.#exits.set(key, exit);
    const [oldest] = this.#exits.keys();
    if (this.#exits.size > MAX_EXITS && oldest !== undefined) this.#exits.delete(oldest);
    // Told before it is reaped: should this process be killed in between, one of both knows.
    if (this.#hasGreeted) this.#control?.send(exit);
  }

  #onServerEnd({ status, signal }: Zombie): void {
    this.#server = 0;
    for (const wire of [this.#deposits, this.#control]) {
      wire?.read(); // all that it has given before it ended
      wire?.close();
    }
    this.#deposits = this.#control = this.#toGive = undefined;
    this.#socket?.close();
    this.#socket = undefined;
    // One that has never served has nobody who would miss it but who started it, and is told why.
    if (this.#isEnding || !this.#wasEverGreeted) process.exit(status);
    this.#log(`the server has ended (${signal === undefined ? `status ${status}` : `signal ${signal}`})`);
    if (this.#hasGreeted) this.#start();
    else this.#later();
  }

  #later(): void {
    if (this.#earlierProgram) this.#program = this.#earlierProgram; // the next version cannot be started
    this.#earlierProgram = undefined;
    const ms = Math.min(RETRY_MS.first * 2 ** this.#failures, RETRY_MS.longest);
    this.#failures += 1;
    setTimeout(() => this.#start(), ms);
  }
}
