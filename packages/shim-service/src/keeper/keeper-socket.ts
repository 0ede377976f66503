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

/** How long is waited where nobody can be let in: there is no descriptor left. */
const RETRY_MS = 100;

/** Where a keeper waits for its server. It is there only until that has come. Node's own would take a megabyte. */
export class KeeperSocket {
  readonly #fd: number;
  readonly #serverPid: () => number;
  readonly #onConnection: (fd: number) => void;
  #watch: DescriptorWatch | undefined;
  #retry: NodeJS.Timeout | undefined;

  /**
   * @param onConnection is given the descriptor of a connection of the server, its own to close.
   * @throws a system error where nobody can listen; then the server has no keeper.
   */
  constructor(serverPid: () => number, onConnection: (fd: number) => void) {
    this.#serverPid = serverPid;
    this.#onConnection = onConnection;
    rmSync(KEEPER_SOCKET, { force: true });
    this.#fd = listenAt(KEEPER_SOCKET);
    this.#watchIt();
  }

  #watchIt(): void {
    this.#watch = watchReadable(this.#fd, () => {
      try {
        this.#accept();
      } catch {
        // Whoever waits would be told again at once, and again.
        this.#watch?.close();
        this.#retry = setTimeout(() => this.#watchIt(), RETRY_MS);
      }
    });
  }

  #accept(): void {
    const fd = acceptConnection(this.#fd);
    if (fd === undefined) return;
    if (peerCredentials(fd).pid === this.#serverPid()) this.#onConnection(fd);
    else closeSync(fd);
  }

  /** Waits for nobody any more. */
  close(): void {
    this.#watch?.close();
    clearTimeout(this.#retry);
    closeSync(this.#fd);
    rmSync(KEEPER_SOCKET, { force: true });
  }
}
