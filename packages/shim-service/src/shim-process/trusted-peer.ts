import type { Socket } from 'node:net';
import { peerCredentials } from '@shimwright/linux-native';

/** Whether the other end is of this user or root, who may speak to a shim; the modes of its socket say the same. */
export function isTrustedPeer(socket: Socket): boolean {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const { uid } = peerCredentials(fd);
  return uid === 0 || uid === process.geteuid?.();
}
