// A manager that starts containers, one after the other, and then waits to be killed: `manager.ts PLACE ID…`. It says `ID PID
// SHIM_PID` of each that it has started, and `ID failed WHY` of one that it could not start. With a place of kind `terminal`, it is
// pasting into the terminals meanwhile, which nobody reads; with one of kind `hanging`, it waits for a runtime that hangs.
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec, newBundle, newShimClient, shimRemote, TaskIO } from '@shimwright/runtime-v1';
import { layoutOf, namespace, type Place } from './place.ts';

const PASTE = 'a line that nobody reads\n'.repeat(10_000);

/** Pauses nothing and never ends; whatever else it is asked, it does as runc. */
const HANGING = `#!/bin/sh
for word; do [ "$word" != pause ] || exec sleep 600; done
exec runc "$@"
`;

const [, , given = '', ...ids] = process.argv;
const place: Place = JSON.parse(given);
const { config, roots, daemonAddress, token } = layoutOf(place);
const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
const terminal = place.kind === 'terminal';

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
  const spec = defaultSpec({ args: ['/bin/sleep', '600'], cgroupsPath: `/${token}-${id}`, terminal });
  const bundle = await newBundle({ id, ...roots, spec });
  const shim = await newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }));
  const io = terminal
    ? await TaskIO.create(path.join(bundle.path, 'io'), { stdin: true, terminal })
    : undefined;
  const runtime = place.kind === 'hanging' ? await hangingRuntime(bundle.path) : '';
  await shim.create({ id, bundle: bundle.path, rootfs, terminal, runtime, ...io?.paths });
  const { pid } = await shim.start({ id });
  const { shimPid } = await shim.shimInfo({});
  if (io)
    createWriteStream(io.paths.stdin)
      .on('error', () => {})
      .write(PASTE);
  if (place.kind === 'hanging') void shim.pause({}).catch(() => {}); // it ends with this process
  return [pid, shimPid];
}

async function hangingRuntime(directory: string): Promise<string> {
  const file = path.join(directory, 'hanging-runtime');
  await writeFile(file, HANGING, { mode: 0o755 });
  return file;
}
