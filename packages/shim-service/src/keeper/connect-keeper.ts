import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { duplicateDescriptor, peerCredentials } from '@shimwright/linux-native';
import { KEEPER_SOCKET } from './keeper-socket.ts';

/** A connection to the keeper that has started this process. @throws where it does not wait, or another process does. */
export async function connectKeeper(): Promise<number> {
  const socket = new Socket();
  socket.pause(); // Node must not read from it: it would drop the descriptors that come
  socket.connect({ path: KEEPER_SOCKET });
  await once(socket, 'connect');
  const fd = taken(socket);
  if (fd !== undefined && peerCredentials(fd).pid === process.ppid) return fd;
  if (fd !== undefined) closeSync(fd);
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
