/// <reference types="node" preserve="true" />
export { type ParsedAddress, parseAddress, socketPath } from './address.ts';
export { loadAddress, loadAddressSync, saveAddress, saveAddressSync } from './address-file.ts';
export {
  type DecideShimAddressOptions,
  decideShimAddress,
  decideShimAddressSync,
} from './decide-shim-address.ts';
export { ShimAddressError, type ShimAddressErrorCode, type ShimAddressErrorFacts } from './errors.ts';
export { removeSocket, removeSocketSync } from './remove-socket.ts';
export { type SharedShimSocketOptions, sharedShimSocket } from './shared-shim-socket.ts';
export {
  legacyShimAddress,
  type ShimAddressOptions,
  type ShimIdentity,
  shimAddress,
} from './shim-address.ts';
