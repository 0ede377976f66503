// The whole life of a container through our packages: `life-ours.ts BASE SPEC`, see turns.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newBundleSync } from '@shimwright/bundle-core';
import { becomeSubreaper, newShimClient, type ShimOpt, shimLocal, shimRemote } from '@shimwright/runtime-v1';
import { contend } from './turns.ts';

const [base = '', specFile = ''] = process.argv.slice(2);
const spec = readFileSync(specFile, 'utf8');
const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
const config = { shim: 'containerd-shim', runtimeRoot: path.join(base, 'runc') };
let lives = 0;

const remote = shimRemote(config, { daemonAddress: path.join(base, 'node.sock') });
const local = shimLocal(config, { publish: () => {} }, { runtime: 'runc' });

async function life(opt: ShimOpt): Promise<void> {
  const id = `node-${++lives}`;
  const bundle = newBundleSync({
    id,
    path: path.join(base, 'state'),
    workDir: path.join(base, 'root'),
    spec: spec.replaceAll('@ID@', id),
  });
  const shim = await newShimClient(bundle, 'bench', opt);
  await shim.create({ id, bundle: bundle.path, rootfs });
  await shim.start({ id });
  await shim.wait({ id });
  await shim.delete({});
  await shim.stopShim();
  await shim.close();
  bundle.deleteSync();
}

const repeat = (opt: ShimOpt) => async (count: number) => {
  for (let done = 0; done < count; done++) await life(opt);
};

becomeSubreaper();
await contend({ life: repeat(remote), local: repeat(local) });
