// The whole life of a container through our packages: `life-ours.ts BASE SPEC CRUN`, see turns.ts.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { newBundleSync } from '@shimwright/bundle-core';
import { EventExchange } from '@shimwright/event-exchange';
import {
  becomeSubreaper,
  decodeEvent,
  newShimClient,
  type ShimClient,
  type ShimOpt,
  shimLocal,
  shimRemote,
  TaskIO,
  watchSpool,
} from '@shimwright/runtime-v1';
import { type Any, ociProcessType, packJson } from '@shimwright/shim-api';
import { contend } from './turns.ts';

const [base = '', specFile = '', crun = ''] = process.argv.slice(2);
const spec = readFileSync(specFile, 'utf8');
const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
const config = { shim: 'containerd-shim', runtimeRoot: path.join(base, 'runc') };
let lives = 0;

const ourConfig = { runtimeRoot: config.runtimeRoot };
const daemonAddress = path.join(base, 'node.sock');
const ourDaemonAddress = path.join(base, 'ours.sock');

const exchange = new EventExchange();
const remote = shimRemote(config, { daemonAddress });
const shared = shimRemote(ourConfig, { daemonAddress: ourDaemonAddress });
const local = shimLocal(config, exchange, { runtime: 'runc' });

interface Published {
  readonly topic: string;
  readonly event?: Any | undefined;
}

interface Container {
  readonly shim: ShimClient;
  readonly id: string;
  end(): Promise<void>;
}

async function made(
  opt: ShimOpt,
  containerSpec = spec,
  request: { stdout?: string; stderr?: string; runtime?: string } = {},
): Promise<Container> {
  const id = `node-${++lives}`;
  const bundle = newBundleSync({
    id,
    path: path.join(base, 'state'),
    workDir: path.join(base, 'root'),
    spec: containerSpec.replaceAll('@ID@', id),
  });
  const shim = await newShimClient(bundle, 'bench', opt);
  await shim.create({ id, bundle: bundle.path, rootfs, ...request });
  await shim.start({ id });
  const end = async () => {
    await shim.wait({ id });
    await shim.delete({});
    await shim.stopShim();
    await shim.close();
    bundle.deleteSync();
  };
  return { shim, id, end };
}

const repeat =
  (opt: ShimOpt, request = {}) =>
  async (count: number) => {
    for (let done = 0; done < count; done++) await (await made(opt, spec, request)).end();
  };

const atOnce = (opt: ShimOpt) => async (count: number) => {
  await Promise.all(Array.from({ length: count }, async () => (await made(opt)).end()));
};

const withCommand = (...args: string[]) => spec.replace('["/bin/true"]', JSON.stringify(args));

/** Processes in a container that runs, each from its start to its exit; only that is counted. */
async function execs(count: number): Promise<number> {
  const { shim, id, end } = await made(local, withCommand('/bin/sleep', '600'));
  const packed = packJson(ociProcessType, { args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 } });
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const exec = { id: `exec-${index}` };
    await shim.exec({ ...exec, spec: packed });
    await shim.start(exec);
    await shim.wait(exec);
    await shim.deleteProcess(exec);
  }
  const took = performance.now() - start;
  await shim.kill({ id, signal: 9, all: true });
  await end();
  return took;
}

/**
 * From the kill of a process in a container to the arrival of its exit at who subscribed; only that is counted. The
 * first one, the container's, opens the way.
 */
const exitEvents =
  (opt: ShimOpt, subscribe: (signal: AbortSignal) => AsyncIterable<Published>) => async (count: number) => {
    const { shim, id, end } = await made(opt, withCommand('/bin/sleep', '600'));
    const packed = packJson(ociProcessType, {
      args: ['/bin/sleep', '600'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
    });
    const listening = new AbortController();
    const exits = new Map<string, () => void>();
    const reader = (async () => {
      for await (const { topic, event } of subscribe(listening.signal)) {
        if (topic !== '/tasks/exit' || event === undefined) continue;
        const { message } = decodeEvent(event);
        if ('id' in message) exits.get(String(message.id))?.();
      }
    })();
    let took = 0;
    for (let index = 0; index < count; index++) {
      const exec = { id: `${id}-exec-${index}` };
      await shim.exec({ ...exec, spec: packed });
      const { pid } = await shim.start(exec);
      const arrived = new Promise<void>((resolve) => exits.set(exec.id, resolve));
      const start = performance.now();
      process.kill(pid, 'SIGKILL');
      await arrived;
      took += performance.now() - start;
      await shim.deleteProcess(exec);
    }
    await shim.kill({ id, signal: 9, all: true });
    await end();
    listening.abort();
    await reader;
    return took;
  };

/** What a container writes to its stdout, in MiB, read from its FIFO by a process of its own. */
async function output(count: number): Promise<number> {
  const io = await TaskIO.create(path.join(base, `io-${lives}`));
  const bytes = String(count * 2 ** 20);
  const { end } = await made(local, withCommand('/usr/bin/head', '-c', bytes, '/dev/zero'), io.paths);
  const start = performance.now();
  const buffer = Buffer.allocUnsafe(1 << 20);
  const fd = openSync(io.paths.stdout, 'r');
  for (let left = Number(bytes); left > 0; ) left -= readSync(fd, buffer);
  const took = performance.now() - start;
  closeSync(fd);
  await end();
  await io.close();
  return took;
}

becomeSubreaper();
await contend({
  life: repeat(remote),
  shared: repeat(shared),
  local: repeat(local),
  'shared-crun': repeat(shared, { runtime: crun }),
  'local-crun': repeat(local, { runtime: crun }),
  'at-once': atOnce(local),
  exec: execs,
  output,
  'exit-stock': exitEvents(remote, (signal) => watchSpool(daemonAddress, { signal })),
  'exit-shared': exitEvents(shared, (signal) => watchSpool(ourDaemonAddress, { signal })),
  'exit-local': exitEvents(local, (signal) => exchange.subscribe({ signal })),
});
