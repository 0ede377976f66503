import { existsSync, rmSync, symlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import {
  type AddSharedShimRequest,
  type SharedShim as ListedShim,
  SharedShimDefinition,
  ShimDefinition,
} from '@shimwright/shim-api';
import { TtrpcServer } from '@shimwright/ttrpc';
import { isTrustedPeer } from '../shim-process/trusted-peer.ts';
import { createLastingService, type LastingService } from '../shim-service.ts';
import { adoptProcesses } from './adopt-processes.ts';
import type { BundleRegister, RegisteredProcess } from './bundle-register.ts';
import { MemberSocket } from './member-socket.ts';
import type { Outbox } from './outbox.ts';
import { ProgramOutbox } from './program-outbox.ts';
import { keyOf, type Registry } from './registry.ts';
import { SharedJournal } from './shared-journal.ts';
import { SpoolOutbox } from './spool-outbox.ts';
import { writeWhole } from './whole-file.ts';

/** What surrounds a shim of a shared process. */
export interface Surroundings {
  readonly controlSocket: string;
  readonly registry: Registry;
  readonly log: (message: string) => void;
}

// The names in a bundle; the last is ours, a link to the control socket of its shim's process.
const FILES = { address: 'address', pid: 'shim.pid', shared: 'shim.shared' } as const;

/** The shim of one bundle in a process that has those of others too. */
export class SharedShim {
  readonly request: AddSharedShimRequest;
  readonly #around: Surroundings;
  readonly #register: BundleRegister;
  readonly #journal: SharedJournal;
  readonly #outbox: Outbox;
  readonly #service: LastingService;
  readonly #server = new TtrpcServer();
  readonly #onEnd: () => void;
  #socket: MemberSocket | undefined;
  #hasEnded = false;

  /** @param onEnd called once, when it has ended by a call. */
  constructor(request: AddSharedShimRequest, around: Surroundings, onEnd: () => void) {
    this.request = request;
    this.#around = around;
    this.#onEnd = onEnd;
    this.#outbox = outboxOf(request, around);
    this.#register = around.registry.register(request);
    this.#journal = new SharedJournal(this.#register, this.#outbox, around.log);
    this.#service = createLastingService(request, {}, this.#journal);
    this.#server.handle(ShimDefinition, this.#service.handlers);
    this.#server.handle(SharedShimDefinition, { end: () => this.#endByCall() });
  }

  /** What is told of it. */
  get listed(): ListedShim {
    const { path: bundlePath, namespace, address } = this.request;
    return { path: bundlePath, namespace, address, unknownExits: this.#journal.unknownExits };
  }

  /**
   * Registers it, listens, and says so in the bundle. When a step fails, the caller is to undo or to close it.
   *
   * @throws {TtrpcError} as `MemberSocket.listen` does.
   */
  async open(): Promise<void> {
    this.#register.open();
    await this.#listen();
    this.#announce();
  }

  /**
   * Goes on with what an earlier process has registered of the bundle.
   *
   * @returns whether there is anything to go on with: a bundle or a container.
   */
  async adopt(registered: readonly RegisteredProcess[]): Promise<boolean> {
    const { request } = this;
    const around = { request, runtime: this.#service.runtime.bind(this.#service), outbox: this.#outbox };
    const adopted = await adoptProcesses(registered, around);
    if (!adopted) return false;
    this.#register.open(adopted.registered);
    this.#service.adopt(adopted.processes);
    await this.#listen();
    if (existsSync(request.path)) this.#announce();
    return true;
  }

  /** Ends it: its socket is gone then, and its container is left to itself. */
  end(): void {
    // A process that others share must not be signalled by who finds its id here.
    this.#removeFiles(FILES.pid, FILES.shared);
    this.close();
    this.#register.remove();
  }

  /** Ends it as if it had never been. */
  undo(): void {
    this.#removeFiles(FILES.address);
    this.end();
  }

  /** Serves it no longer, and leaves it to another process to go on with it. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#journal.close();
    this.#service.release();
    this.#socket?.close();
    setImmediate(() => void this.#server.close()); // when the call that asked for this has its answer
  }

  async #listen(): Promise<void> {
    this.#socket = await MemberSocket.listen(this.request.address, (socket) => this.#greet(socket));
  }

  #announce(): void {
    const { path: bundlePath, address } = this.request;
    this.#removeFiles(FILES.shared);
    symlinkSync(this.#around.controlSocket, path.join(bundlePath, FILES.shared));
    writeWhole(path.join(bundlePath, FILES.address), address, 0o644);
    writeWhole(path.join(bundlePath, FILES.pid), String(process.pid), 0o644);
  }

  async #endByCall(): Promise<Record<string, never>> {
    await this.#service.abandon();
    this.end();
    this.#onEnd();
    return {};
  }

  #greet(socket: Socket): void {
    if (isTrusted(socket)) this.#server.accept(socket);
    else socket.on('error', () => {}).destroy();
  }

  /** While it listens, these are its own: before that, and afterwards, another one's may be there. */
  #removeFiles(...names: readonly string[]): void {
    if (this.#socket === undefined || this.#hasEnded) return;
    for (const name of names) rmSync(path.join(this.request.path, name), { force: true });
  }
}

/** Whether a connection is of somebody who may speak to a shim; one that is gone already is not. */
export function isTrusted(socket: Socket): boolean {
  try {
    return isTrustedPeer(socket);
  } catch {
    return false;
  }
}

function outboxOf(request: AddSharedShimRequest, { registry, log }: Surroundings): Outbox {
  const { namespace, spool, publisher: program, daemonAddress: address } = request;
  const options = { namespace, log, key: keyOf(request.path) };
  if (spool !== '') return new SpoolOutbox(spool, options);
  return new ProgramOutbox({ ...options, program, address, directory: registry.directory });
}
