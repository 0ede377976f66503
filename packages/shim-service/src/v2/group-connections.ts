import { createServer, Socket } from 'node:net';
import { isWelcome } from '@shimwright/shim-host';
import type { TtrpcServer } from '@shimwright/ttrpc';
import type { GroupEnd } from './group-end.ts';
import type { DescriptorStore, StoredDescriptors } from './keeper/descriptor-store.ts';
import type { OpenCalls } from './keeper/open-calls.ts';
import { RecordedStream } from './keeper/recorded-stream.ts';

/** What the connections of a group need. */
export interface GroupConnectionsOptions {
  readonly server: TtrpcServer;
  readonly end: GroupEnd;
  readonly calls: OpenCalls;
  readonly store: DescriptorStore;
  readonly log: (message: string) => void;
}

/** The connections of daemons with a group. They outlast this process: another one goes on with them. */
export class GroupConnections {
  readonly #options: GroupConnectionsOptions;
  readonly #listener = createServer({ pauseOnConnect: true }, (socket) => this.#greet(socket));

  constructor(options: GroupConnectionsOptions) {
    this.#options = options;
    this.#listener.on('error', (error) => options.log(`socket: ${error.message}`)); // that client's loss alone
  }

  /** Goes on with those of an earlier process. */
  resume(stored: readonly StoredDescriptors[]): void {
    for (const { key, descriptors } of stored) {
      const [fd] = descriptors;
      if (fd !== undefined) this.#serve(new Socket({ fd, readable: false, writable: true }), fd, Number(key));
    }
  }

  /** Accepts connections from now on. */
  listen(descriptor: number): void {
    this.#listener.listen({ fd: descriptor });
  }

  /** Accepts none any more. */
  close(): void {
    this.#listener.close();
  }

  #greet(socket: Socket): void {
    if (!isWelcome(socket)) {
      socket.on('error', () => {}).destroy();
      return;
    }
    const id = this.#options.calls.nextId();
    const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } };
    try {
      this.#options.store.add(String(id), [handle.fd]);
    } catch (error) {
      this.#options.log(`a client is not kept for the next process: ${String(error)}`);
    }
    this.#serve(socket, handle.fd, id);
  }

  #serve(socket: Socket, descriptor: number, id: number): void {
    const { server, end, calls, store, log } = this.#options;
    end.connected(socket);
    socket.once('close', () => store.remove(String(id)));
    try {
      server.accept(new RecordedStream(socket, descriptor, calls, id));
    } catch (error) {
      socket.destroy();
      log(`cannot serve a client: ${String(error)}`); // there is no descriptor left for it
    }
  }
}
