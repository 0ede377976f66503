import type { MethodDescriptor } from '@shimwright/ttrpc';
import type { ServiceConfig } from '../service-config.ts';
import { jsonCodec } from './json-codec.ts';

/** The shim that a shared process is to have for a bundle. */
export interface AddRequest extends ServiceConfig {
  /** Where it is to listen, `unix://PATH`. */
  readonly address: string;
  /** The address of the program that manages the shim, told to the publisher. */
  readonly daemonAddress: string;
  /** The program that publishes an event, run for each; empty where `spool` is given. */
  readonly publisher: string;
  /** The directory that events are dropped into; empty where a `publisher` is given. */
  readonly spool: string;
  /** Made up by who asks: the same request twice, after a broken connection, is one. */
  readonly token: string;
}

/** Which shim is meant. */
export interface ShimRequest {
  /** The directory of its bundle. */
  readonly path: string;
}

/** A shim of a shared process. */
export interface ListedShim extends ShimRequest {
  /** The namespace of its container. */
  readonly namespace: string;
  /** Where it listens. */
  readonly address: string;
  /** The ids of its processes that ended while no shim watched, so that their status is made up. */
  readonly unknownExits: readonly string[];
}

interface Nothing {
  readonly [name: string]: never;
}

/** What a shared process answers at its control socket. */
export const GroupDefinition = {
  name: 'Group',
  fullName: 'shimwright.shared.v1.Group',
  methods: {
    /** Adds a shim; it is removed again when the connection ends before it is kept. */
    add: method<AddRequest, { readonly shimPid: number }>('Add'),
    /** Keeps a shim beyond the end of this connection. */
    keep: method<ShimRequest, Nothing>('Keep'),
    /** All shims of the process. */
    list: method<Nothing, { readonly shims: readonly ListedShim[] }>('List'),
    /** Removes a shim and leaves its container to itself. */
    remove: method<ShimRequest, Nothing>('Remove'),
  },
} as const;

/** What a shim of a shared process answers at its own address, beside the calls of every shim. */
export const MemberDefinition = {
  name: 'Member',
  fullName: 'shimwright.shared.v1.Member',
  methods: {
    /** Ends this shim, and no other one of the process; its container is left to itself. */
    end: method<Nothing, Nothing>('End'),
  },
} as const;

function method<Request, Response>(name: string) {
  return {
    name,
    requestType: jsonCodec<Request>(),
    requestStream: false,
    responseType: jsonCodec<Response>(),
    responseStream: false,
  } as const satisfies MethodDescriptor;
}
