import type { MessageCodec, MethodDescriptor } from '@shimwright/ttrpc';
import type { ShimConfig } from './shim-config.ts';

/** The shim that a shared process is to have for a bundle. */
export interface AddSharedShimRequest extends ShimConfig {
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

/** Which shim of a shared process is meant. */
export interface SharedShimRequest {
  /** The directory of its bundle. */
  readonly path: string;
}

/** A shim of a shared process. */
export interface SharedShim extends SharedShimRequest {
  /** The namespace of its container. */
  readonly namespace: string;
  /** Where it listens. */
  readonly address: string;
  /** The ids of its processes that ended while no shim watched, so that their status is made up. */
  readonly unknownExits: readonly string[];
  /** Why its process cannot go on with what an earlier one served; it is tried again with the next call. */
  readonly failure?: string;
}

/** The process that serves a shim. */
export interface SharedProcessInfo {
  /** Its process id. */
  readonly shimPid: number;
}

/** Which shims are asked for. */
export interface SharedListRequest {
  /** The bundle of one that is to be told for sure; of the others, what is known by then. @default all of them */
  readonly path?: string;
}

/** Who serves, and what it understands. */
export interface SharedInfo extends SharedProcessInfo {
  /** The version of these calls. One without `info` and `handover` is 1, one whose `handover` takes no program is 2, this is 3. */
  readonly protocol: number;
  /** The version of its registers, see `REGISTER_FORMAT` of `@shimwright/shim-host`. */
  readonly registerFormat: number;
  /** The package and its version, such as `@shimwright/shim-service 1.2.0`. */
  readonly by: string;
}

/** What is to serve from now on. */
export interface HandoverRequest {
  /** How it is started, without its `--shared`; then nothing is lost in between. @default whoever comes next starts it */
  readonly program?: { readonly command: string; readonly args: readonly string[] };
}

/** All shims of a process. */
export interface SharedShimList {
  /** In no order. */
  readonly shims: readonly SharedShim[];
}

/** A message without fields. */
export interface Nothing {
  readonly [name: string]: never;
}

/**
 * What a process that serves the shims of many containers answers at its control socket. It is our own, containerd
 * has no such thing; its messages are JSON, for it is spoken between our own programs only, and seldom.
 */
export const SharedShimsDefinition = {
  name: 'SharedShims',
  fullName: 'shimwright.shared.v1.SharedShims',
  methods: {
    /** Adds a shim; it is removed again when the connection ends before it is kept. */
    add: method<AddSharedShimRequest, SharedProcessInfo>('Add'),
    /** Keeps a shim beyond the end of this connection. */
    keep: method<SharedShimRequest, Nothing>('Keep'),
    /** All shims of the process. */
    list: method<SharedListRequest, SharedShimList>('List'),
    /** Removes a shim and leaves its container to itself. */
    remove: method<SharedShimRequest, Nothing>('Remove'),
    /** Who serves. */
    info: method<Nothing, SharedInfo>('Info'),
    /** Ends the process, and leaves all of its shims to the next one. */
    handover: method<HandoverRequest, Nothing>('Handover'),
  },
} as const;

/** What a shim of such a process answers at its own address, beside the calls of every shim. */
export const SharedShimDefinition = {
  name: 'SharedShim',
  fullName: 'shimwright.shared.v1.SharedShim',
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

function jsonCodec<Message>(): MessageCodec<Message> & { fromPartial(message: Message): Message } {
  return {
    encode: (message) => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
    decode: (bytes) => (bytes.length === 0 ? {} : JSON.parse(Buffer.from(bytes).toString())),
    fromPartial: (message) => message,
  };
}
