import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { duplicateDescriptor, peerCredentials } from '@shimwright/linux-native';

// Both sides work in that directory, so that its name may be as long as it likes.
const NAME = 'keeper';

/** Where a keeper waits for its server. It is there only until that has come. */
export class KeeperSocket {
  readonly #server: Server;

  /** @param onConnection is given the descriptor of a connection of the server, its own to close. */
  constructor(serverPid: () => number, onConnection: (fd: number) => void) {
    rmSync(NAME, { force: true });
    // Node must not read from a connection: it would drop the descriptors that come.
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      const fd = taken(socket);
      if (fd !== undefined && peerCredentials(fd).pid === serverPid()) onConnection(fd);
      else if (fd !== undefined) new Socket({ fd }).destroy();
    });
    this.#server.on('error', () => {}); // then its server has no keeper
    this.#server.listen({ path: NAME });
  }

  /** Waits for nobody any more. */
  close(): void {
    this.#server.close();
  }
}

/** A connection to the keeper that has started this process. @throws where it does not wait, or another process does. */
export async function connectKeeper(): Promise<number> {
  const socket = new Socket();
  socket.pause();
  socket.connect({ path: NAME });
  await once(socket, 'connect');
  const fd = taken(socket);
  if (fd !== undefined && peerCredentials(fd).pid === process.ppid) return fd;
  if (fd !== undefined) new Socket({ fd }).destroy();
  throw new Error('who waits there is not the keeper of this process');
}

/** The connection itself, without the stream. */
function taken(socket: Socket): number | undefined {
  socket.on('error', () => {});
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null };
  try {
    return handle === null ? undefined : duplicateDescriptor(handle.fd);
  } finally {
    socket.destroy();
  }
}
