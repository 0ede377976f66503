// A ttrpc service of one method, and a client of it, in 20 lines. Here messages are JSON; for containerd's services, and with
// what ts-proto generates from a .proto file, they are protobuf: see `ShimDefinition` of @shimwright/shim-api.
import { connect, TtrpcServer } from '@shimwright/ttrpc';

const Text = {
  encode: (message: { text: string }) => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
  decode: (bytes: Uint8Array): { text: string } => JSON.parse(Buffer.from(bytes).toString()),
  fromPartial: ({ text = '' }: { text?: string }) => ({ text }),
};
const unary = { requestType: Text, requestStream: false, responseType: Text, responseStream: false } as const;
const Echo = {
  name: 'Echo',
  fullName: 'example.Echo',
  methods: { echo: { name: 'Echo', ...unary } },
} as const;

const socket = `/tmp/echo-${process.pid}.sock`;
const server = new TtrpcServer().handle(Echo, { echo: ({ text }) => ({ text: `${text}, ${text}` }) });
await server.listen(socket);

const client = await connect(socket);
const { text } = await client.service(Echo).echo({ text: 'hello' }, { timeoutMs: 1_000 });
console.log(text); //=> hello, hello
await client.close();
await server.shutdown();
