// Writes the corpus anew: what our client and the stock `containerd-shim` say to each other in the life of a
// container, what the shim publishes, and the messages in all of it. Takes root, containerd-shim and runc.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as dial } from 'node:net';
import { promisify } from 'node:util';
import {
  defaultSpec,
  newBundle,
  newShimClient,
  shimRemote,
  TaskIO,
  watchSpool,
} from '@shimwright/runtime-v1';
import {
  Any,
  ociProcessType,
  ociResourcesType,
  packAny,
  packJson,
  ShimDefinition,
} from '@shimwright/shim-api';
import { connect } from '@shimwright/ttrpc';
import { corpusFile, corpusLine, type Sample } from './corpus.ts';
import { framesIn } from './frame-model.ts';
import { fieldOf } from './protobuf-model.ts';

const id = 'fuzz';
const home = await mkdtemp('/run/fuzz-');
const daemonAddress = `${home}/daemon`;
const spoken: { toServer: Buffer[]; toClient: Buffer[] } = { toServer: [], toClient: [] };

const cgroupsPath = `/fuzz-${process.pid}`;
const spec = defaultSpec({ args: ['/bin/sleep', '600'], cgroupsPath });
const bundle = await newBundle({ id, path: `${home}/state`, workDir: `${home}/root`, spec });
const config = { shim: 'containerd-shim', runtimeRoot: `${home}/runc`, socketRoot: home };
const shim = await newShimClient(bundle, 'fuzz', shimRemote(config, { daemonAddress }));
const proxy = await recordingProxy((await readFile(`${bundle.path}/address`, 'utf8')).replace('unix://', ''));
const events: Sample[] = [];
try {
  await wholeLife();
  await recordEvents();
} finally {
  await shim.killShim();
  await shim.close();
  proxy.close();
  await promisify(execFile)('runc', ['--root', `${home}/runc/fuzz`, 'delete', '--force', id]);
  await promisify(execFile)('umount', ['-q', `${bundle.path}/rootfs`]).catch(() => {});
  await rm(home, { recursive: true });
}
await write();

async function wholeLife(): Promise<void> {
  await using client = await connect(`${home}/proxy`);
  const calls = client.service(ShimDefinition);
  await using io = await TaskIO.create(`${home}/io`);
  const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
  const options = packAny('containerd.linux.runc.CreateOptions', { ioUid: 1, criuWorkPath: '/criu' });
  await calls.create({ id, bundle: bundle.path, rootfs, options, ...io.paths });
  await calls.state(
    { id },
    { timeoutMs: 5000, metadata: { 'containerd-namespace': ['fuzz'], odd: ['a', ''] } },
  );
  await calls.start({ id });
  const args = { args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 } };
  await using execIo = await TaskIO.create(`${home}/exec-io`);
  await calls.exec({ id: 'extra', spec: packJson(ociProcessType, args), ...execIo.paths });
  await calls.start({ id: 'extra' });
  await calls.wait({ id: 'extra' });
  await calls.listPids({ id });
  await calls.deleteProcess({ id: 'extra' });
  await calls.pause({});
  await calls.resume({});
  await calls.update({ resources: packJson(ociResourcesType, { pids: { limit: 100 } }) });
  await calls.closeIO({ id, stdin: true });
  const failing = [
    calls.wait({ id: 'nobody' }),
    calls.create({ id, bundle: bundle.path }),
    calls.resizePty({ id, width: 80, height: 24 }),
    calls.checkpoint({
      path: `${home}/image`,
      options: packAny('containerd.linux.runc.CheckpointOptions', { exit: true }),
    }),
  ];
  await Promise.allSettled(failing);
  await calls.shimInfo({});
  const ended = calls.wait({ id });
  await calls.kill({ id, signal: 9, all: true });
  await ended;
  await calls.state({ id });
  await calls.delete({});
}

async function recordEvents(): Promise<void> {
  for await (const { event } of watchSpool(daemonAddress, { signal: AbortSignal.timeout(1000) })) {
    events.push({ name: event.typeUrl, bytes: Buffer.from(event.value) });
    events.push({ name: 'google.protobuf.Any', bytes: Buffer.from(Any.encode(event).finish()) });
  }
}

/** Passes on all that is said at `proxy` in `home`, and keeps it. */
async function recordingProxy(target: string) {
  const server = createServer((near) => {
    const far = dial(target);
    near.on('data', (bytes) => spoken.toServer.push(bytes)).pipe(far);
    far.on('data', (bytes) => spoken.toClient.push(bytes)).pipe(near);
  }).listen(`${home}/proxy`);
  await once(server, 'listening');
  return server;
}

async function write(): Promise<void> {
  const methods = new Map<number, string>();
  const requests = framesIn(Buffer.concat(spoken.toServer)).map(({ streamId, data, bytes }) => {
    methods.set(streamId, String(fieldOf(data, 2)));
    return { name: `${methods.get(streamId)}`, bytes, payload: fieldOf(data, 3) };
  });
  const responses = framesIn(Buffer.concat(spoken.toClient)).map(({ streamId, data, bytes }) => ({
    name: `${methods.get(streamId)}`,
    bytes,
    payload: fieldOf(data, 2),
  }));
  const payloads = [...requests, ...responses].flatMap(({ name, payload }) =>
    payload.length > 0 ? [{ name, bytes: payload }] : [],
  );
  const messages = [...payloads, ...events];
  for (const [name, samples] of Object.entries({ requests, responses, messages })) {
    const lines = new Set(samples.map(corpusLine));
    await writeFile(corpusFile(name as 'requests'), `${[...lines].join('\n')}\n`);
    console.log(`${lines.size} ${name}`);
  }
}
