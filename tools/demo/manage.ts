// The first managing process: makes the container, and exits while it runs.
import { setTimeout as delay } from 'node:timers/promises';
import { defaultSpec, newBundle } from '@shimwright/bundle-core';
import { newShimClient, shimRemote } from '@shimwright/runtime-v1';
import { TaskIO } from '@shimwright/shim-client';
import { chooseRuntime } from './choose-runtime.ts';
import { id, imageProcess, layout, namespace } from './layout.ts';
import { runProgram } from './program.ts';
import { chapter, show, step } from './timeline.ts';

const WATCH_MS = 1_200;

const [base = '', rootfs = '', ...args] = process.argv.slice(2);
const { state, root, io, daemonAddress, cgroup, config } = layout(base);

await runProgram(async () => {
  chapter(`Process ${process.pid} makes and starts a container`);
  const spec = defaultSpec({ ...imageProcess(), args, cgroupsPath: cgroup });
  const bundle = await newBundle({ id, path: state, workDir: root, spec });
  step('bundle made', bundle.path);

  const shim = await newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }));
  const { shimPid } = await shim.shimInfo({});
  step('shim started', `process ${shimPid}, ${config.shim ?? 'ours, which can serve more containers'}`);

  const stdio = TaskIO.open({ stdin: '', stdout: `${io}/stdout`, stderr: `${io}/stderr` });
  const mounts = [{ type: 'bind', source: rootfs, target: '', options: ['bind', 'ro'] }];
  const { name, command: runtime, reason } = await chooseRuntime(base);
  step('OCI runtime chosen', `${name}. ${reason}`);
  const request = { id, bundle: bundle.path, rootfs: mounts, runtime, ...stdio.paths };
  const { pid } = await shim.create(request);
  step('container created', `process ${pid}, root directory ${rootfs}, read-only`);

  await shim.start({ id });
  step('container started', args.join(' ').replaceAll(/\s+/g, ' '));

  const { stdout, stderr } = stdio.streams();
  const ended = Promise.all([show(stdout, 'stdout'), show(stderr, 'stderr')]);
  await Promise.race([ended, delay(WATCH_MS)]);

  step('managing process exits', 'the shim and the container do not');
  return 0;
});
