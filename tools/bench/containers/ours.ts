// Our side of the benchmark of containers: the packages as they are built.
import path from 'node:path';
import type { Container } from '@shimwright/containers';
import { execa } from 'execa';
import { fewAtATime } from '../../few-at-a-time.ts';
import { contend } from '../turns.ts';

type Built = typeof import('@shimwright/containers');

const [base = '', image = ''] = process.argv.slice(2);
const root = path.join(import.meta.dirname, '../../..');
const { run, start }: Built = await import(path.join(root, 'packages/containers/dist/index.js'));
const place = {
  stateDir: path.join(base, 'state'),
  dataDir: path.join(base, 'data'),
  namespace: path.basename(base),
};
const cli = path.join(root, 'packages/cli/dist/shimwright.js');

const idle: Container[] = [];

const once = () => run({ ...place, image, args: ['/bin/true'] });

await contend({
  run: async (count) => {
    for (let done = 0; done < count; done += 1) await once();
  },
  'run-at-once': async (count) => {
    await Promise.all(Array.from({ length: count }, once));
  },
  'start-idle': async (count) => {
    await fewAtATime(4, Array.from({ length: count }), async () => {
      idle.push(await start({ ...place, image, args: ['/bin/sleep', '600'] }));
    });
  },
  'remove-idle': async () => {
    await fewAtATime(4, idle, (container) => container.remove());
  },
  'run-cli': async (count) => {
    const { stateDir, dataDir, namespace } = place;
    const where = ['--state-dir', stateDir, '--data-dir', dataDir, '--namespace', namespace];
    for (let done = 0; done < count; done += 1) {
      await execa(process.execPath, [cli, ...where, 'run', '--rm', image, '/bin/true']);
    }
  },
});
