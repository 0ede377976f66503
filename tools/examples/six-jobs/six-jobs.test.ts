import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { imageStore } from '@shimwright/containers';
import { execa, execaNode } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from '../../../packages/containers/test/place.ts';
import { needs } from '../../testing/needs.ts';
import { linesOfCode, withTable } from './count-lines.ts';

const directory = import.meta.dirname;

describe('our six jobs', () => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command skopeo', 'command umoci');

  const where = testPlace();

  /** What is called `alpine:3.22` here has nothing but busybox. */
  beforeAll(async () => {
    const layout = path.join(where.base, 'layout');
    const image = `${layout}:made`;
    await mkdir(path.join(where.rootfs, 'etc'));
    await writeFile(path.join(where.rootfs, 'etc/os-release'), 'ID=busybox\n');
    await execa('umoci', ['init', '--layout', layout]);
    await execa('umoci', ['new', '--image', image]);
    await execa('umoci', ['insert', '--image', image, where.rootfs, '/']);
    const store = await imageStore(where.place);
    await store.pull(`oci:${image}`, { name: 'alpine:3.22' });
  });

  async function job(name: string): Promise<string> {
    const { stateDir, dataDir, namespace } = where.place;
    const { stdout } = await execaNode(path.join(directory, 'ours', `${name}.ts`), {
      nodeOptions: ['--conditions=@shimwright/source'],
      env: { SHIMWRIGHT_STATE_DIR: stateDir, SHIMWRIGHT_DATA_DIR: dataDir, SHIMWRIGHT_NAMESPACE: namespace },
    });
    return stdout;
  }

  test.each([
    ['run-with-limits', /^Linux .* false$/s],
    ['terminal-with-resize', /30 100\r?$/],
    ['exec-with-output', /^hello\n 3$/],
    ['follow-logs', /^1\n2\n3$/],
    ['from-an-image', /^ID=busybox/],
    ['survive-a-restart', /^0$/],
  ])('%s does what it says', async (name, expected) => {
    expect(await job(name)).toMatch(expected);
    expect(await where.left()).toEqual([]);
  });
});

test('the table is counted from the files: node tools/examples/six-jobs/count-lines.ts writes it', async () => {
  const readme = await readFile(path.join(directory, 'README.md'), 'utf8');
  expect(await withTable(readme)).toBe(readme);
});

test('ours have at most as many lines as the shorter of the others', async () => {
  const lines = async (side: string, job: string) => {
    const name = (await readdir(path.join(directory, side))).find((file) => file.startsWith(`${job}.`));
    return name === undefined
      ? Infinity
      : linesOfCode(await readFile(path.join(directory, side, name), 'utf8'));
  };
  for (const file of await readdir(path.join(directory, 'ours'))) {
    const job = file.slice(0, -'.ts'.length);
    const others = await Promise.all(['dockerode', 'testcontainers'].map((side) => lines(side, job)));
    expect([job, await lines('ours', job)]).toEqual([
      job,
      expect.toSatisfy((count) => count <= Math.min(...others)),
    ]);
  }
});
