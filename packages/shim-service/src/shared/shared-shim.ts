import { existsSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import {
  type AddSharedShimRequest,
  type SharedShim as ListedShim,
  SharedShimDefinition,
  ShimDefinition,
} from '@shimwright/shim-api';
import {
  announceShared,
  BoundSocket,
  BUNDLE_FILES,
  type BundleRegister,
  isWelcome,
  listenPath,
  refusalOf,
} from '@shimwright/shim-host';
import { TtrpcServer } from '@shimwright/ttrpc';
import { IdleEnd } from '../idle-end.ts';
import type { Deposits } from '../keeper/deposits.ts';
import { createLastingService, type LastingService } from '../v1/shim-v1.ts';
import { adoptProcesses } from './adopt-processes.ts';
import { handlersInScopeOf, type ScopeMember } from './member-scope.ts';
import type { Outbox } from './outbox.ts';
import { PatientOutbox } from './patient-outbox.ts';
import { ProgramOutbox } from './program-outbox.ts';
import type { RegisteredProcess } from './registered-process.ts';
import { keyOf, type Registry } from './registry.ts';
import { SharedJournal } from './shared-journal.ts';
import { SpoolOutbox } from './spool-outbox.ts';

/** What surrounds a shim of a shared process. */
export interface Surroundings {
  readonly controlSocket: string;
  readonly registry: Registry;
  /** How long a shim stays without a container and a client. */
  readonly idleMs: number;
  /** What is kept for its next process; undefined where nobody keeps anything. */
  readonly deposits: Deposits | undefined;
  readonly log: (message: string) => void;
}

/** What is told of a shim. */
export interface SharedShimEvents {
  /** Called once, when it has ended by a call. */
  readonly end: () => void;
  /** Called once, when something has failed in it that nobody held; it serves no more. */
  readonly failure: () => void;
}

/** The shim of one bundle in a process that has those of others too. */
export class SharedShim implements ScopeMember {
  readonly request: AddSharedShimRequest;
  readonly #around: Surroundings;
  readonly #register: BundleRegister<RegisteredProcess>;
  readonly #journal: SharedJournal;
  readonly #outbox: Outbox;
  readonly #service: LastingService;
  readonly #server = new TtrpcServer();
  readonly #on: SharedShimEvents;
  readonly #idle: IdleEnd;
  #socket: BoundSocket | undefined;
  #isRegistered = false;
  #hasEnded = false;

  constructor(request: AddSharedShimRequest, around: Surroundings, on: SharedShimEvents) {
    this.request = request;
    this.#around = around;
    this.#on = on;
    this.#outbox = outboxOf(request, around);
    this.#register = around.registry.register(request);
    this.#journal = new SharedJournal(this.#register, this.#outbox, around.log);
    const keeper = around.deposits?.keeperOf(keyOf(request.path));
    this.#service = createLastingService(request, { keeper }, this.#journal);
    this.#idle = new IdleEnd(around.idleMs, () => void this.#endByCall().catch(() => {}));
    this.#server.handle(ShimDefinition, handlersInScopeOf(this, this.#idle.watched(this.#service.handlers)));
    this.#server.handle(SharedShimDefinition, { end: () => this.#endByCall() });
  }

  /** Whether its container is being made just now. */
  get isMaking(): boolean {
    return this.#idle.isMaking;
  }

  /** What is told of it. */
  get listed(): ListedShim {
    const { path: bundlePath, namespace, address } = this.request;
    return { path: bundlePath, namespace, address, unknownExits: this.#journal.unknownExits };
  }

  /**
   * Registers it, listens, and says so in the bundle. When a step fails, the caller is to undo or to close it.
   *
   * @throws {TtrpcError} `ALREADY_EXISTS` when somebody answers at its address; `PERMISSION_DENIED` when others could put
   * a socket there, or something else has the path; `INVALID_ARGUMENT` for what is no address.
   */
  async open(): Promise<void> {
    // Only who has the address may write the register: another process may be at it.
    await this.#listen();
    this.#register.open();
    this.#isRegistered = true;
    this.#announce();
    this.#idle.begin();
  }

  /**
   * Goes on with what an earlier process has registered of the bundle.
   *
   * @returns whether there is anything to go on with: a bundle or a container.
   * @throws an error where that cannot be said; what is registered stays as it was.
   */
  async adopt(registered: readonly RegisteredProcess[]): Promise<boolean> {
    const { request } = this;
    if (registered.length > 0 && !registered.some(({ container }) => container)) {
      throw new Error('its register says nothing of the container itself');
    }
    const adopted = await adoptProcesses(registered, {
      ...{ request, outbox: this.#outbox, deposits: this.#around.deposits },
    });
    if (!adopted) return false;
    try {
      await this.#listen();
    } catch (error) {
      // It is tried again, with the same stdio.
      this.#around.deposits?.takeBack(keyOf(request.path));
      for (const { io } of adopted.processes) io?.release();
      throw error;
    }
    this.#journal.open(adopted.registered);
    this.#isRegistered = true;
    this.#service.adopt(adopted.processes);
    if (existsSync(request.path)) this.#announce();
    if (adopted.processes.length > 0) this.#idle.adopted();
    this.#idle.begin();
    return true;
  }

  /** Ends it: its socket is gone then, and its container is left to itself. */
  end(): void {
    // A process that others share must not be signalled by who finds its id here.
    this.#removeFiles(BUNDLE_FILES.pid, BUNDLE_FILES.shared);
    this.close();
    if (this.#isRegistered) this.#register.remove();
  }

  /** Ends one that has nothing to go on with. */
  forget(): void {
    this.close();
    this.#register.remove();
    const own = keyOf(this.request.path);
    this.#around.deposits?.giveUp((bundle) => bundle !== own);
  }

  /** Ends it as if it had never been. */
  undo(): void {
    this.#removeFiles(BUNDLE_FILES.address);
    this.end();
  }

  giveUp(): void {
    if (this.#hasEnded) return;
    this.#around.log(`the shim of ${this.request.path} is given up`);
    try {
      this.#around.deposits?.takeBack(keyOf(this.request.path));
    } finally {
      this.close();
      this.#on.failure();
    }
  }

  /** Serves it no longer, and leaves it to another process to go on with it. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#idle.stop();
    this.#journal.close();
    this.#service.release();
    this.#socket?.remove();
    this.#socket?.release();
    setImmediate(() => void this.#server.close()); // when the call that asked for this has its answer
  }

  async #listen(): Promise<void> {
    try {
      const socket = listenPath(this.request.address);
      this.#socket = await BoundSocket.serve(socket, (connection) => this.#greet(connection));
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #announce(): void {
    const { path: bundlePath, address } = this.request;
    announceShared(bundlePath, { address, controlSocket: this.#around.controlSocket, pid: process.pid });
  }

  async #endByCall(): Promise<Record<string, never>> {
    await this.#service.abandon();
    this.end();
    this.#on.end();
    return {};
  }

  #greet(socket: Socket): void {
    if (!isWelcome(socket)) {
      socket.on('error', () => {}).destroy();
      return;
    }
    this.#idle.connected(socket);
    this.#server.accept(socket);
  }

  /** While it listens, these are its own: before that, and afterwards, another one's may be there. */
  #removeFiles(...names: readonly string[]): void {
    if (this.#socket === undefined || this.#hasEnded) return;
    for (const name of names) rmSync(path.join(this.request.path, name), { force: true });
  }
}

function outboxOf(request: AddSharedShimRequest, { registry, log }: Surroundings): Outbox {
  const { namespace, spool, publisher: program, daemonAddress: address } = request;
  const options = { namespace, log, key: keyOf(request.path) };
  const outbox =
    spool === ''
      ? new ProgramOutbox({ ...options, program, address, directory: registry.directory })
      : new SpoolOutbox(spool, options);
  return new PatientOutbox(outbox, log);
}
