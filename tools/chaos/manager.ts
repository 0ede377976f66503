// A manager that starts containers, one after the other, and then waits to be killed: `manager.ts PLACE ID…`. It says `ID PID
// SHIM_PID` of each that it has started, and `ID failed WHY` of one that it could not start.
import { defaultSpec, newBundle, newShimClient, shimRemote } from '@shimwright/runtime-v1';
import { layoutOf, namespace, type Place } from './place.ts';

const [, , given = '', ...ids] = process.argv;
const place: Place = JSON.parse(given);
const { config, roots, daemonAddress, token } = layoutOf(place);
const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];

for (const id of ids) {
  try {
    console.log(id, ...(await start(id)));
  } catch (error) {
    console.log(id, 'failed', String(error).replaceAll('\n', ' '));
  }
}
console.log('ready');
setInterval(() => {}, 1_000);

async function start(id: string): Promise<readonly number[]> {
  const spec = defaultSpec({ args: ['/bin/sleep', '600'], cgroupsPath: `/${token}-${id}` });
  const bundle = await newBundle({ id, ...roots, spec });
  const shim = await newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }));
  await shim.create({ id, bundle: bundle.path, rootfs });
  const { pid } = await shim.start({ id });
  const { shimPid } = await shim.shimInfo({});
  return [pid, shimPid];
}
