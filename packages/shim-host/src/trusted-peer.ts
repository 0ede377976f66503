import type { Socket } from 'node:net';
import { hasSpareDescriptors, peerCredentials } from '@shimwright/linux-native';

/** Whether a user may speak for a shim or its manager: root, or the one that this process runs as. */
export function isTrustedUser(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** How many descriptors a shim has left for its work, whoever connects: to make a process, to tell how one ended, to kill one. */
const SPARE = 24;

/**
 * Whether a shim serves whoever has connected: a trusted peer, for whom there is room. Else its containers could not be killed once
 * its clients have all the descriptors that it may open.
 */
export function isWelcome(socket: Socket): boolean {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null };
  return isTrustedPeer(socket) && handle !== null && hasSpareDescriptors(handle.fd, SPARE);
}

/**
 * Whether the other end of a connected Unix socket is of this user or root, by what the kernel says (SO_PEERCRED). A
 * connection that is gone already is of nobody.
 */
export function isTrustedPeer(socket: Socket): boolean {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null };
  if (handle === null) return false;
  try {
    return isTrustedUser(peerCredentials(handle.fd).uid);
  } catch {
    return false;
  }
}
