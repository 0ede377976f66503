/// <reference types="node" preserve="true" />
interface ParsedAddress {
  readonly kind: 'path' | 'abstract';
  readonly path: string;
}
export declare function parseAddress(address: string): ParsedAddress;
export declare function socketPath(address: string): string;
export declare function saveAddress(bundlePath: string | URL, address: string): Promise<void>;
export declare function saveAddressSync(bundlePath: string | URL, address: string): void;
export declare function loadAddress(bundlePath: string | URL): Promise<string | undefined>;
export declare function loadAddressSync(bundlePath: string | URL): string | undefined;
interface ShimIdentity {
  readonly namespace: string;
  readonly id: string;
}
interface ShimAddressOptions extends ShimIdentity {
  readonly daemonAddress: string;
  readonly socketRoot?: string | URL;
}
export declare function shimAddress(options: ShimAddressOptions): string;
export declare function legacyShimAddress(identity: ShimIdentity): string;
interface DecideShimAddressOptions extends ShimIdentity {
  readonly bundlePath: string | URL;
}
export declare function decideShimAddress(options: DecideShimAddressOptions): Promise<string>;
export declare function decideShimAddressSync(options: DecideShimAddressOptions): string;
type ShimAddressErrorCode = 'ERR_ADDRESS_ARGUMENT' | 'ERR_ADDRESS_INVALID' | 'ERR_ADDRESS_TOO_LONG' | 'ERR_ADDRESS_UNREADABLE' | 'ERR_ADDRESS_NOT_A_SOCKET';
interface ShimAddressErrorFacts {
  readonly address?: string | undefined;
  readonly path?: string | undefined;
}
export declare class ShimAddressError extends Error {
  readonly code: ShimAddressErrorCode;
  readonly address: string | undefined;
  readonly path: string | undefined;
  constructor(code: ShimAddressErrorCode, message: string, facts?: ShimAddressErrorFacts & ErrorOptions);
}
export declare function removeSocket(address: string): Promise<void>;
export declare function removeSocketSync(address: string): void;
interface SharedShimSocketOptions {
  readonly daemonAddress: string;
  readonly group?: string;
  readonly socketRoot?: string | URL;
}
export declare function sharedShimSocket(options: SharedShimSocketOptions): string;
export type { DecideShimAddressOptions, ParsedAddress, SharedShimSocketOptions, ShimAddressErrorCode, ShimAddressErrorFacts, ShimAddressOptions, ShimIdentity };
