// Writes packages/ttrpc/test/fixtures/golden-streams.json anew: what containerd's own client and server of ttrpc say to each
// other in calls with streams. Takes Go, and ttrpc 1.2 or later: `node tools/go-ttrpc-streams/record.ts GOPATH`.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { buildGo } from '../go.ts';

const CALLS = [
  ['Say', 'hello'],
  ['Say', ''],
  ['Join', 'a', 'b', 'c'],
  ['Join', 'a', '', 'c'],
  ['Join'],
  ['Count', '3'],
  ['Count', '0'],
  ['Count', '2:5'],
  ['Echo', 'a', 'b'],
  ['Echo', ''],
  ['Echo'],
  ['Echo', 'a', 'stop'],
  ['Echo', 'a', 'fail'],
] as const;

const binary = await buildGo(import.meta.dirname, process.argv[2]);
const directory = await mkdtemp(path.join(tmpdir(), 'golden-'));
const [socket, proxied] = [path.join(directory, 'server.sock'), path.join(directory, 'proxy.sock')];
const server = execa(binary, ['server', socket], { buffer: false, stdin: 'pipe' });
try {
  await once(server.stdout, 'data');
  const golden: unknown[] = [];
  for (const [method, ...texts] of CALLS) golden.push({ method, texts, ...(await recorded(method, texts)) });
  const file = path.join(import.meta.dirname, '../../packages/ttrpc/test/fixtures/golden-streams.json');
  await writeFile(file, `${JSON.stringify(golden, null, 2)}\n`);
} finally {
  server.stdin.end();
  await server;
  await rm(directory, { recursive: true });
}

/** What the two say to each other in one call, in hex. */
async function recorded(method: string, texts: readonly string[]) {
  const [fromClient, fromServer]: [Buffer[], Buffer[]] = [[], []];
  const proxy = createServer((near) => {
    const far = dial(socket);
    near.on('data', (bytes) => fromClient.push(bytes)).pipe(far);
    far.on('data', (bytes) => fromServer.push(bytes)).pipe(near);
    for (const one of [near, far]) one.on('error', () => {}); // the client goes when it has what it wants
  }).listen(proxied);
  await once(proxy, 'listening');
  await execa(binary, ['call', proxied, method, ...texts]);
  await new Promise((resolve) => proxy.close(resolve));
  const hex = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('hex');
  return { fromClient: hex(fromClient), fromServer: hex(fromServer) };
}
