import { closeSync, rmSync } from 'node:fs';
import {
  acceptConnection,
  type DescriptorWatch,
  listenAt,
  peerCredentials,
  watchReadable,
} from '@shimwright/linux-native';

/** The name of the socket. Both sides work in its directory, so that the whole path may be as long as it likes. */
export const KEEPER_SOCKET = 'keeper';

/** Where a keeper waits for its server. It is there only until that has come. Node's own would take a megabyte. */
export class KeeperSocket {
  readonly #fd: number;
  readonly #watch: DescriptorWatch;

  /**
   * @param onConnection is given the descriptor of a connection of the server, its own to close.
   * @throws a system error where nobody can listen; then the server has no keeper.
   */
  constructor(serverPid: () => number, onConnection: (fd: number) => void) {
    rmSync(KEEPER_SOCKET, { force: true });
    this.#fd = listenAt(KEEPER_SOCKET);
    this.#watch = watchReadable(this.#fd, () => {
      const fd = acceptConnection(this.#fd);
      if (fd === undefined) return;
      if (peerCredentials(fd).pid === serverPid()) onConnection(fd);
      else closeSync(fd);
    });
  }

  /** Waits for nobody any more. */
  close(): void {
    this.#watch.close();
    closeSync(this.#fd);
    rmSync(KEEPER_SOCKET, { force: true });
  }
}
