// Answers Shim.State by ttrpc, or by gRPC, at a Unix socket until its stdin ends: `server.ts ttrpc|grpc SOCKET`.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ShimDefinition, type StateRequest, StateResponse } from '@shimwright/shim-api';
import { TtrpcServer } from '@shimwright/ttrpc';
import { grpcService } from './service.ts';

const [, , kind, socket = ''] = process.argv;

const state = ({ id }: StateRequest) =>
  StateResponse.fromPartial({
    id,
    bundle: `/run/containerd/${id}`,
    pid: 4242,
    stdout: `/run/fifo/${id}-stdout`,
  });

if (kind === 'ttrpc') {
  const { state: method } = ShimDefinition.methods;
  await new TtrpcServer().handle({ ...ShimDefinition, methods: { state: method } }, { state }).listen(socket);
} else {
  const server = new Server();
  server.addService(grpcService, {
    state: (call: { request: StateRequest }, answer: (error: null, response: StateResponse) => void) =>
      answer(null, state(call.request)),
  });
  await new Promise((resolve) =>
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), resolve),
  );
}
process.stdin.resume().on('end', () => process.exit());
console.log('ready');
