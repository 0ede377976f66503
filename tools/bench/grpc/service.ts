import { StateRequest, StateResponse } from '@shimwright/shim-api';

/** Shim.State, as `@grpc/grpc-js` wants a service described; with the same codecs as ours. */
export const grpcService = {
  state: {
    path: '/containerd.runtime.linux.shim.v1.Shim/State',
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: StateRequest) => Buffer.from(StateRequest.encode(message).finish()),
    requestDeserialize: (bytes: Buffer) => StateRequest.decode(bytes),
    responseSerialize: (message: StateResponse) => Buffer.from(StateResponse.encode(message).finish()),
    responseDeserialize: (bytes: Buffer) => StateResponse.decode(bytes),
  },
} as const;
