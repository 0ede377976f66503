import type { MessageCodec, MethodDescriptor } from '@shimwright/ttrpc';
import type { ShimConfig } from './shim-config.ts';

/** The shim that a shared process is to have for a bundle. */
export interface AddRequest extends ShimConfig {
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

/** A shim of a shared process. */
export interface SharedShim {
  /** The directory of its bundle. */
  readonly path: string;
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

/** What our shared process answers at its control socket; the other side is in `@shimwright/shim-service`. */
export const GroupDefinition = {
  name: 'Group',
  fullName: 'shimwright.shared.v1.Group',
  methods: {
    add: method<AddRequest, { readonly shimPid: number }>('Add'),
    keep: method<{ readonly path: string }, Nothing>('Keep'),
    list: method<Nothing, { readonly shims: readonly SharedShim[] }>('List'),
  },
} as const;

/** What a shim of a shared process answers at its own address, beside the calls of every shim. */
export const MemberDefinition = {
  name: 'Member',
  fullName: 'shimwright.shared.v1.Member',
  methods: { end: method<Nothing, Nothing>('End') },
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
