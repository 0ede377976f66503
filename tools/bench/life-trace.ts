// Where the time of one life goes: `life-trace.ts [LIVES]`, of a container that runs `true` by `shimLocal`. Each line is a step, its
// median in milliseconds, how much of that the runtime took, from its start to its end, and what is left: that is ours.
import { mkdtemp } from 'node:fs/promises';
import { newBundleSync } from '@shimwright/bundle-core';
import { EventExchange } from '@shimwright/event-exchange';
import { OciRuntime } from '@shimwright/oci-runtime';
import {
  type Bundle,
  becomeSubreaper,
  defaultSpec,
  newShimClient,
  type ShimClient,
  shimLocal,
} from '@shimwright/runtime-v1';
import { removeLeftovers } from '../leftovers.ts';
import { median } from './turns.ts';

const lives = Number(process.argv[2] ?? 60);
/** What is not counted: code is compiled meanwhile. */
const WARM_UP = 10;
const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];

let inRuntime = 0;
for (const name of ['create', 'start', 'delete'] as const) {
  const call = OciRuntime.prototype[name] as (...args: unknown[]) => Promise<unknown>;
  Object.assign(OciRuntime.prototype, {
    async [name](this: OciRuntime, ...args: unknown[]) {
      const begin = performance.now();
      try {
        return await call.apply(this, args);
      } finally {
        inRuntime += performance.now() - begin;
      }
    },
  });
}

const steps = new Map<string, { readonly all: number[]; readonly runtime: number[] }>();

async function step<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  inRuntime = 0;
  const begin = performance.now();
  const result = await work();
  const times = steps.get(name) ?? { all: [], runtime: [] };
  times.all.push(performance.now() - begin);
  times.runtime.push(inRuntime);
  steps.set(name, times);
  return result;
}

const base = await mkdtemp('/run/shimwright-trace-');
const token = base.slice('/run/'.length);
becomeSubreaper();
const local = shimLocal({ runtimeRoot: `${base}/runc` }, new EventExchange(), { runtime: 'runc' });

async function live(id: string): Promise<void> {
  const spec = defaultSpec({ args: ['/bin/true'], cgroupsPath: `/${token}-${id}` });
  const bundle: Bundle = await step('the bundle is made', () =>
    newBundleSync({ id, path: `${base}/state`, workDir: `${base}/root`, spec }),
  );
  const shim: ShimClient = await step('the shim is made', () => newShimClient(bundle, 'trace', local));
  await step('create', () => shim.create({ id, bundle: bundle.path, rootfs }));
  await step('start', () => shim.start({ id }));
  await step('wait, while `true` runs and ends', () => shim.wait({ id }));
  await step('delete', () => shim.delete({}));
  await step('the shim ends', async () => {
    await shim.stopShim();
    await shim.close();
  });
  await step('the bundle is deleted', () => bundle.deleteSync());
}

try {
  for (let count = 0; count < WARM_UP; count += 1) await live(`warm-${count}`);
  steps.clear();
  for (let count = 0; count < lives; count += 1) await live(`one-${count}`);
} finally {
  await removeLeftovers(token, base);
}

const ms = (value: number) => value.toFixed(2);
console.log('| step | all | the runtime | ours |\n| --- | ---: | ---: | ---: |');
let [all, runtime] = [0, 0];
for (const [name, times] of steps) {
  const [one, its] = [median(times.all), median(times.runtime)];
  [all, runtime] = [all + one, runtime + its];
  console.log(`| ${name} | ${ms(one)} | ${ms(its)} | ${ms(one - its)} |`);
}
console.log(`| in all | ${ms(all)} | ${ms(runtime)} | ${ms(all - runtime)} |`);
