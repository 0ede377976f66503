import { parseAddress, SCHEME } from './address.ts';
import { goJoin } from './go-path.ts';
import { checkOptions, checkPart } from './identity.ts';
import { checkSocketRoot } from './socket-root.ts';

/** What identifies the control socket of a shared shim process. */
export interface SharedShimSocketOptions {
  /** The address of the daemon that manages the shims; any text that tells managers apart. */
  readonly daemonAddress: string;
  /** Which of the manager's processes is meant; any text. @default '' the one of all containers that name none */
  readonly group?: string;
  /** The absolute directory whose subdirectory `s` holds the sockets. @default '/run/containerd' */
  readonly socketRoot?: string | URL;
}

// Long enough that no two managers share one, and short enough for what is kept beside the socket.
const NAME_LENGTH = 32;

/**
 * Returns the path of the control socket of a process that serves the shims of many containers: the socket root,
 * `/s/shared-`, and 32 hex digits that identify the manager and its group. containerd has no such process.
 *
 * @throws {ShimAddressError} as `shimAddress` does.
 */
export function sharedShimSocket(options: SharedShimSocketOptions): string {
  const daemonAddress = checkPart(checkOptions(options).daemonAddress, 'daemonAddress');
  const group = checkPart(options.group ?? '', 'group');
  const { hash } = process.getBuiltinModule('node:crypto');
  const name = hash('sha256', `${goJoin(daemonAddress)}\0${group}`, 'hex').slice(0, NAME_LENGTH);
  const path = `${goJoin(checkSocketRoot(options.socketRoot), 's')}/shared-${name}`;
  parseAddress(`${SCHEME}${path}`);
  return path;
}
