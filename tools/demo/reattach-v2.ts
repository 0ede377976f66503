// The second managing process with runtime v2: knows nothing but the directories, finds the container and sees it to its end.
import {
  decodeEvent,
  listBundles,
  newShimClient,
  shimConnect,
  TaskIO,
  watchSpool,
} from '@shimwright/runtime-v2';
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
  const task = await shim.state({});
  step('shim connected', `container ${task.id} is ${task.status.toLowerCase()}, process ${task.pid}`);

  const stdio = TaskIO.open(task);
  const { stdout, stderr } = stdio.streams();
  const [{ exitStatus }] = await Promise.all([shim.wait({}), show(stdout, 'stdout'), show(stderr, 'stderr')]);
  step('container ended', `status ${exitStatus}`);

  chapter('It cleans up');
  await shim.delete({});
  step('container deleted');
  const listening = new AbortController();
  for await (const { topic, event } of watchSpool(daemonAddress, listening)) {
    step('event received', `${topic} ${JSON.stringify(decodeEvent(event).message)}`);
    if (topic === '/tasks/delete') listening.abort();
  }
  await shim.stopShim();
  step('shim stopped');
  await stdio.close();
  await shim.close();
  await bundle.delete();
  step('bundle deleted');
  return exitStatus;
});
