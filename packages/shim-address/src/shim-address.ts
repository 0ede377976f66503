import { parseAddress, SCHEME } from './address.ts';
import { goJoin } from './go-path.ts';
import { checkOptions, checkPart } from './identity.ts';
import { checkSocketRoot } from './socket-root.ts';

/** What identifies a shim to containerd. */
export interface ShimIdentity {
  /** The containerd namespace, such as `moby` or `default`. */
  readonly namespace: string;
  /** The container's id, unique within the namespace. */
  readonly id: string;
}

/** What the address of a shim is made from. */
export interface ShimAddressOptions extends ShimIdentity {
  /** The address of the daemon that manages the shim; any text that tells managers apart. */
  readonly daemonAddress: string;
  /** The absolute directory whose subdirectory `s` holds the sockets. @default '/run/containerd' */
  readonly socketRoot?: string | URL;
}

/**
 * Returns the address of a shim: `unix://`, the socket root, `/s/`, and the lower-case hex sha256 of the daemon address,
 * namespace and id, joined as Go's `filepath.Join` does. It equals what containerd computes from the same three values,
 * however long they are.
 *
 * The parts are joined before they are hashed, so a namespace or id with a slash can have the address of another shim.
 * Validate them first, for example with `@shimwright/bundle-core`.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_INVALID` if the socket root is not absolute, `ERR_ADDRESS_TOO_LONG` if it has
 * more than 39 bytes, `ERR_ADDRESS_ARGUMENT` if one of the three values is not a string.
 */
export function shimAddress(options: ShimAddressOptions): string {
  const { daemonAddress, namespace, id } = checkOptions(options);
  const parts = [
    checkPart(daemonAddress, 'daemonAddress'),
    checkPart(namespace, 'namespace'),
    checkPart(id, 'id'),
  ];
  // Loaded here, because that takes longer than to load all of this package.
  const { hash } = process.getBuiltinModule('node:crypto');
  const name = hash('sha256', goJoin(...parts), 'hex');
  const address = `${SCHEME}${goJoin(checkSocketRoot(options.socketRoot), 's')}/${name}`;
  parseAddress(address);
  return address;
}

/**
 * Returns the address that containerd used for a shim before 1.3.9 and 1.4.3:
 * `/containerd-shim/NAMESPACE/ID/shim.sock`, in the abstract namespace. A bundle without a file `address` belongs to such
 * a shim.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_ARGUMENT` if the namespace or the id is not a string.
 */
export function legacyShimAddress(identity: ShimIdentity): string {
  const { namespace, id } = checkOptions(identity);
  return goJoin('/', 'containerd-shim', checkPart(namespace, 'namespace'), checkPart(id, 'id'), 'shim.sock');
}
