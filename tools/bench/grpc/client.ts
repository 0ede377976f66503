// Calls Shim.State by ttrpc, or by gRPC, at a server in a process of its own: `client.ts ttrpc|grpc SOCKET`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { ShimDefinition } from '@shimwright/shim-api';
import { connect } from '@shimwright/ttrpc';
import { contend } from '../turns.ts';
import { grpcService } from './service.ts';

const [, , kind = '', socket = ''] = process.argv;
const program = path.join(import.meta.dirname, 'server.ts');
const server = spawn(process.execPath, ['--conditions=@shimwright/source', program, kind, socket], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
await once(server.stdout, 'data'); // it listens

const request = { id: 'container' };
const { call, close } = await (kind === 'ttrpc' ? overTtrpc() : overGrpc());

await contend({
  one: async (count) => {
    for (let done = 0; done < count; done++) await call();
  },
  many: async (count) => {
    const worker = async () => {
      for (let done = 0; done < count / 64; done++) await call();
    };
    await Promise.all(Array.from({ length: 64 }, worker));
  },
});
await close();
const exited = once(server, 'exit');
server.stdin.end();
await exited;

async function overTtrpc() {
  const client = await connect(socket);
  const shim = client.service(ShimDefinition);
  return { call: () => shim.state(request), close: () => client.close() };
}

async function overGrpc() {
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  const { path: method, requestSerialize, responseDeserialize } = grpcService.state;
  const call = () =>
    new Promise<unknown>((resolve, reject) => {
      client.makeUnaryRequest(method, requestSerialize, responseDeserialize, request, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  return { call, close: async () => client.close() };
}
