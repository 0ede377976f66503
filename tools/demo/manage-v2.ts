// The first managing process with runtime v2: makes the container, and exits while it runs.
import { setTimeout as delay } from 'node:timers/promises';
import { defaultSpec, newBundle, newShimClient, shimRemote, TaskIO } from '@shimwright/runtime-v2';
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

  const { name, command: binaryName, reason } = await chooseRuntime(base);
  step('OCI runtime chosen', `${name}. ${reason}`);
  const shim = await newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }), { binaryName });
  const { shimPid } = await shim.connect({});
  step(
    'shim started',
    `process ${shimPid}, ${config.shim ?? 'ours, which serves all containers of a namespace'}`,
  );

  const stdio = TaskIO.open({ stdin: '', stdout: `${io}/stdout`, stderr: `${io}/stderr` });
  const mounts = [{ type: 'bind', source: rootfs, target: '', options: ['bind', 'ro'] }];
  const { pid } = await shim.create({ rootfs: mounts, ...stdio.paths });
  step('container created', `process ${pid}, root directory ${rootfs}, read-only`);

  await shim.start({});
  step('container started', args.join(' ').replaceAll(/\s+/g, ' '));

  const { stdout, stderr } = stdio.streams();
  const ended = Promise.all([show(stdout, 'stdout'), show(stderr, 'stderr')]);
  await Promise.race([ended, delay(WATCH_MS)]);

  step('managing process exits', 'the shim and the container do not');
  return 0;
});
