import { createServer, Socket } from 'node:net';
import { isTrustedPeer } from '@shimwright/shim-host';
import type { TtrpcServer } from '@shimwright/ttrpc';
import type { GroupEnd } from './group-end.ts';
import type { OpenCalls } from './keeper/open-calls.ts';
import { RecordedStream } from './keeper/recorded-stream.ts';
import type { SocketStore } from './keeper/socket-store.ts';

/** What the connections of a group need. */
export interface GroupConnectionsOptions {
  readonly server: TtrpcServer;
  readonly end: GroupEnd;
  readonly calls: OpenCalls;
  readonly store: SocketStore;
  readonly log: (message: string) => void;
}

/** The connections of daemons with a group. They outlast this process: another one goes on with them. */
export class GroupConnections {
  readonly #options: GroupConnectionsOptions;
  readonly #listener = createServer((socket) => this.#greet(socket));

  constructor(options: GroupConnectionsOptions) {
    this.#options = options;
    this.#listener.on('error', (error) => options.log(`socket: ${error.message}`)); // that client's loss alone
  }

  /** Goes on with those of an earlier process. */
  resume(): void {
    for (const { id, descriptor } of this.#options.store.restore()) {
      this.#serve(new Socket({ fd: descriptor, readable: true, writable: true }), id);
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
    if (!isTrustedPeer(socket)) {
      socket.on('error', () => {}).destroy();
      return;
    }
    const id = this.#options.calls.nextId();
    const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } };
    this.#options.store.add(id, handle.fd);
    this.#serve(socket, id);
  }

  #serve(socket: Socket, id: number): void {
    const { server, end, calls, store } = this.#options;
    end.connected(socket);
    socket.once('close', () => store.remove(id));
    server.accept(new RecordedStream(socket, calls, id));
  }
}
