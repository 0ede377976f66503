// The demo with the shim in this very process: one managing process, which sees the container to its end.
import {
  becomeSubreaper,
  defaultSpec,
  newBundle,
  newShimClient,
  shimLocal,
  TaskIO,
} from '@shimwright/runtime-v1';
import { decodeEvent } from '@shimwright/shim-api';
import { chooseRuntime } from './choose-runtime.ts';
import { id, imageProcess, layout, namespace } from './layout.ts';
import { runProgram } from './program.ts';
import { chapter, show, step } from './timeline.ts';

const [base = '', rootfs = '', ...args] = process.argv.slice(2);
const { state, root, io, cgroup, config } = layout(base);

await runProgram(async () => {
  chapter(`Process ${process.pid} is the shim as well`);
  becomeSubreaper();
  const spec = defaultSpec({ ...imageProcess(), args, cgroupsPath: cgroup });
  const bundle = await newBundle({ id, path: state, workDir: root, spec });
  step('bundle made', bundle.path);

  const exchange = {
    publish: (_namespace: string, topic: string, event: Parameters<typeof decodeEvent>[0]) =>
      step('event received', `${topic} ${JSON.stringify(decodeEvent(event).message)}`),
  };
  const shim = await newShimClient(bundle, namespace, shimLocal(config, exchange));
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
  const shown = Promise.all([show(stdout, 'stdout'), show(stderr, 'stderr')]);
  const { exitStatus } = await shim.wait({ id });
  step('container ended', `status ${exitStatus}`);

  chapter('It cleans up');
  await shim.delete({});
  step('container deleted');
  await shim.close();
  await stdio.close();
  await shown.catch(() => {});
  await bundle.delete();
  step('bundle deleted');
  return exitStatus;
});
