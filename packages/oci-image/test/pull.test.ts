import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import {
  busybox,
  HOST_ARCHITECTURE,
  madeImage,
  madeIndex,
  small,
} from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import type { PullProgress } from '../src/index.ts';
import { startRegistry } from './fixtures/registry.ts';
import { contents, kept, newStore } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci');

describe('an image in files', () => {
  test('has its name, its platform and its config', async () => {
    const config = { Cmd: ['sh'], Env: ['A=1'], Labels: { kind: 'test' }, StopSignal: 'SIGQUIT' };
    const made = await madeImage(await tempDir(), { layers: [busybox()], config });
    const store = await newStore();
    const image = await store.pull(made.source);
    expect(image).toMatchObject({
      name: made.source,
      digest: made.digest,
      platform: `linux/${HOST_ARCHITECTURE}`,
      config: { cmd: ['sh'], env: ['A=1'], labels: { kind: 'test' }, stopSignal: 'SIGQUIT' },
    });
    expect(image.bytes).toBe(statSync(made.blob(`${made.layers[0]}`)).size);
    expect(Date.now() - Number(image.pulledAt)).toBeLessThan(600_000);
    expect(await store.list()).toEqual([image]);
    expect(await store.get(made.digest)).toEqual(image);
  });

  test.each(['docker-archive', 'oci-archive', 'dir'])('can be of the transport %s', async (transport) => {
    const directory = await tempDir();
    const made = await madeImage(path.join(directory, 'made'), {
      layers: [small()],
      config: { Cmd: ['it'] },
    });
    const target = `${transport}:${directory}/copy`;
    await execa('skopeo', [
      'copy',
      '-q',
      made.source,
      transport === 'docker-archive' ? `${target}:a:b` : target,
    ]);
    const store = await newStore();
    const image = await store.pull(target, { name: 'copy' });
    expect(image).toMatchObject({ name: 'docker.io/library/copy:latest', config: { cmd: ['it'] } });
    await using root = await store.createRoot({ id: 'one', image: 'copy' });
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('one');
  });

  test('is told by its path from the root, wherever this process is', async () => {
    const made = await madeImage(await tempDir(), { layers: [small()] });
    const store = await newStore();
    const { name } = await store.pull(`oci:${path.relative(process.cwd(), made.directory)}:it`);
    expect(name).toBe(made.source);
  });

  test('is unpacked once, with the blobs in one layout that other tools read', async () => {
    const base = small('the same below');
    const one = await madeImage(await tempDir(), { layers: [base, small('one')] });
    const two = await madeImage(await tempDir(), { layers: [base, small('two')] });
    const store = await newStore();
    await store.pull(one.source, { name: 'one' });
    await store.pull(two.source, { name: 'two' });
    // Three layers, two manifests, two configs, two trees.
    expect(kept(store)).toHaveLength(9);
    const { stdout } = await execa('skopeo', [
      'inspect',
      '--raw',
      `oci:${store.directory}:docker.io/library/one:latest`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ layers: one.layers.map((digest) => ({ digest })) });
  });

  test('that the store has is not read again, unless it is asked for', async () => {
    const directory = await tempDir();
    const old = await madeImage(directory, { layers: [small('old')] });
    const store = await newStore();
    await store.pull(old.source, { name: 'it' });
    const renewed = await madeImage(directory, { layers: [small('new')] });
    expect((await store.pull(old.source, { name: 'it' })).digest).toBe(old.digest);
    expect((await store.pull(old.source, { name: 'it', when: 'always' })).digest).toBe(renewed.digest);
    await rm(directory, { recursive: true });
    expect((await store.pull(old.source, { name: 'it' })).digest).toBe(renewed.digest);
  });

  test('has no tree where it is not to be unpacked, until a container wants one', async () => {
    const made = await madeImage(await tempDir(), { layers: [small()] });
    const store = await newStore();
    await store.pull(made.source, { name: 'it', unpack: false });
    expect(kept(store).filter((name) => name.startsWith('trees/'))).toEqual([]);
    await using _ = await store.createRoot({ id: 'one', image: 'it' });
    expect(kept(store).filter((name) => name.startsWith('trees/'))).toHaveLength(1);
  });
});

describe('an image in a registry', () => {
  needs('command docker-registry');

  test('can be pulled by its tag and by its digest, and its progress is told', async () => {
    const registry = await startRegistry();
    const made = await madeImage(await tempDir(), { layers: [busybox()] });
    const name = await registry.push(made.source, 'team/app:1.0');
    const store = await newStore();
    const seen: PullProgress[] = [];
    const image = await store.pull(name, { insecure: true, onProgress: (each) => seen.push(each) });
    expect(image).toMatchObject({ name, digest: made.digest });
    expect(new Set(seen.map(({ stage }) => stage))).toEqual(new Set(['downloading', 'unpacking', 'done']));
    expect(seen.at(-1)).toMatchObject({ stage: 'done' });
    expect(seen.at(-1)?.bytes).toBeGreaterThan(image.bytes);
    const pinned = await store.pull(`${registry.host}/team/app@${made.digest}`, { insecure: true });
    expect(pinned.digest).toBe(made.digest);
    expect(kept(store)).toHaveLength(4);
  });

  test('is of the platform that was asked for, and several of a name are told apart', async () => {
    const registry = await startRegistry();
    const made = await madeIndex(await tempDir(), [
      { layers: [small('host')] },
      { layers: [small('other')], architecture: 'riscv64' },
      { layers: [small('old')], architecture: 'arm', variant: 'v6' },
      { layers: [small('less old')], architecture: 'arm', variant: 'v7' },
    ]);
    const name = await registry.push(made.source, 'many:1', { all: true });
    const store = await newStore();
    for (const platform of [`linux/${HOST_ARCHITECTURE}`, 'linux/riscv64', 'linux/arm/v6', 'linux/arm/v7']) {
      expect((await store.pull(name, { insecure: true, platform })).platform).toBe(platform);
    }
    expect((await store.get(name)).platform).toBe(`linux/${HOST_ARCHITECTURE}`);
    expect((await store.get(name, { platform: 'linux/arm/v7' })).platform).toBe('linux/arm/v7');
    await expect(store.get(name, { platform: 'linux/s390x' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_PLATFORM',
      message: expect.stringContaining('linux/riscv64'),
    });
    await using root = await store.createRoot({ id: 'one', image: name, platform: 'linux/riscv64' });
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('other');
  });

  test('fetches only what the store does not have', async () => {
    const registry = await startRegistry();
    const base = small('x'.repeat(100_000));
    const one = await madeImage(await tempDir(), { layers: [base, small('1')] });
    const two = await madeImage(await tempDir(), { layers: [base, small('2')] });
    const store = await newStore();
    await store.pull(await registry.push(one.source, 'one:1'), { insecure: true });
    const seen: PullProgress[] = [];
    const options = { insecure: true, onProgress: (each: PullProgress) => seen.push(each) };
    const image = await store.pull(await registry.push(two.source, 'two:1'), options);
    const shared = statSync(two.blob(`${two.layers[0]}`)).size;
    // The manifest and the config are counted too.
    expect(seen.at(-1)?.bytes).toBeLessThan(image.bytes - shared + 2_000);
  });
});

describe('a damaged store', () => {
  test.each([
    ['is short', (file: string) => truncate(file, 10)],
    ['is another', async (file: string) => writeFile(file, Buffer.alloc(statSync(file).size, 'x'))],
    ['is missing', (file: string) => rm(file)],
  ])('whose layer %s is mended by the next pull', async (_, damage) => {
    const made = await madeImage(await tempDir(), { layers: [small('x'.repeat(1_000))] });
    const store = await newStore();
    await store.pull(made.source, { name: 'it', unpack: false });
    await damage(path.join(store.directory, 'blobs', `${made.layers[0]}`.replace(':', '/')));
    await expect(store.createRoot({ id: 'one', image: 'it' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_DAMAGED',
    });
    await store.pull(made.source, { name: 'it' });
    await using root = await store.createRoot({ id: 'one', image: 'it' });
    expect(readFileSync(path.join(root.path, 'file'), 'utf8')).toBe('x'.repeat(1_000));
  });

  test('leaves nothing of a container that cannot be made of it', async () => {
    const made = await madeImage(await tempDir(), { layers: [small()] });
    const store = await newStore();
    await store.pull(made.source, { name: 'it', unpack: false });
    await rm(path.join(store.directory, 'blobs', `${made.layers[0]}`.replace(':', '/')));
    await expect(store.createRoot({ id: 'one', image: 'it' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_DAMAGED',
      message: expect.stringContaining('pull'),
    });
    expect(readdirSync(path.join(store.directory, 'roots'))).toEqual([]);
    expect(contents(store).filter((file) => file.startsWith('trees/'))).toEqual([]);
  });
});
