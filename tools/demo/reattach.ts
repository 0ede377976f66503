// The second managing process: knows nothing but the directories, finds the container and sees it to its end.
import { listBundles } from '@shimwright/bundle-core';
import { newShimClient, shimConnect } from '@shimwright/runtime-v1';
import { decodeEvent } from '@shimwright/shim-api';
import { TaskIO, watchSpool } from '@shimwright/shim-client';
import { layout, namespace } from './layout.ts';
import { runProgram } from './program.ts';
import { chapter, show, step } from './timeline.ts';

const { state, root, daemonAddress, config } = layout(String(process.argv[2]));

await runProgram(async () => {
  chapter(`Process ${process.pid} finds it again`);
  const [bundle] = await listBundles({ path: state, workDir: root });
  if (!bundle) throw new Error(`no bundle in ${state}`);
  step('bundle found', bundle.path);

  const shim = await newShimClient(bundle, namespace, shimConnect(config));
  const task = await shim.state({ id: bundle.id });
  step('shim connected', `container ${task.id} is ${String(task.status).toLowerCase()}, process ${task.pid}`);

  const stdio = TaskIO.open(task);
  const { stdout, stderr } = stdio.streams();
  const [{ exitStatus }] = await Promise.all([
    shim.wait({ id: bundle.id }),
    show(stdout, 'stdout'),
    show(stderr, 'stderr'),
  ]);
  step('container ended', `status ${exitStatus}`);

  const listening = new AbortController();
  for await (const { topic, event } of watchSpool(daemonAddress, listening)) {
    step('event received', `${topic} ${JSON.stringify(decodeEvent(event).message)}`);
    if (topic === '/tasks/exit') listening.abort();
  }

  chapter('It cleans up');
  await shim.delete({});
  step('container deleted');
  await shim.stopShim();
  step('shim stopped');
  await stdio.close();
  await shim.close();
  await bundle.delete();
  step('bundle deleted');
  return exitStatus;
});
