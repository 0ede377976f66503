// The whole life of a container through our client of runtime v2: `life-v2-ours.ts BASE SPEC`, see turns.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newBundle, newShimClient, type ShimOpt, shimRemote } from '@shimwright/runtime-v2';
import { contend } from './turns.ts';

const [base = '', specFile = ''] = process.argv.slice(2);
const spec = readFileSync(specFile, 'utf8');
const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
const runtimeRoot = path.join(base, 'runc');
const daemonAddress = path.join(base, 'node-v2.sock');
let lives = 0;

// The process of our shim is to be there in the next turn, and gone soon after the last.
process.env['SHIMWRIGHT_LINGER_MS'] = '5000';

const repeat = (shimOpt: ShimOpt) => async (count: number) => {
  for (let done = 0; done < count; done++) {
    lives += 1;
    const id = `node-v2-${process.pid}-${lives}`;
    const bundle = await newBundle({
      id,
      path: path.join(base, 'node-v2-state'),
      workDir: path.join(base, 'node-v2-root'),
      spec: spec.replaceAll('@ID@', id),
    });
    const shim = await newShimClient(bundle, 'bench-v2', shimOpt);
    await shim.create({ rootfs });
    await shim.start({});
    await shim.wait({});
    await shim.delete({});
    await shim.stopShim();
    await shim.close();
    await bundle.delete();
  }
};

const stock = 'io.containerd.runc.v2';
const remote = { daemonAddress };
await contend({
  [stock]: repeat(shimRemote({ shim: stock, runtimeRoot }, remote)),
  ours: repeat(shimRemote({ runtimeRoot }, remote)),
});
