import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { leftovers } from '../../../tools/leftovers.ts';
import { madeImage, small } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { ImageStore, type PullProgress } from '../src/index.ts';
import { badRegistry, isBlob } from './fixtures/bad-registry.ts';
import { startRegistry } from './fixtures/registry.ts';
import { contents, newStore } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci', 'command docker-registry');

/** A registry with an image, that counts; its layer waits until it is let go. */
async function countingRegistry({ waits = false } = {}) {
  const registry = await startRegistry();
  const made = await madeImage(await tempDir(), { layers: [small('x'.repeat(1_000))] });
  await registry.push(made.source, 'app:1');
  let letGo = () => {};
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const counting = await badRegistry(registry.host, async (incoming) => {
    if (waits && isBlob(incoming)) await gone;
    return false;
  });
  const layer = `GET /v2/app/blobs/${made.layers[0]}`;
  return {
    name: `${counting.host}/app:1`,
    letGo,
    digest: made.digest,
    downloads: () => counting.asked.filter((each) => each === layer).length,
  };
}

const puller = fileURLToPath(new URL('fixtures/puller.ts', import.meta.url));

function pullInAnotherProcess(store: ImageStore, name: string) {
  return execaNode(puller, [store.directory, name], {
    nodeOptions: ['--conditions=@shimwright/source'],
    cancelSignal: AbortSignal.timeout(50_000),
    reject: false,
  });
}

describe('many who pull the same image at once', () => {
  test('in one process share one download, and each is told its progress', async () => {
    const { name, digest, downloads } = await countingRegistry();
    const store = await newStore();
    const seen = Array.from({ length: 20 }, (): PullProgress[] => []);
    const images = await Promise.all(
      seen.map((each) => store.pull(name, { insecure: true, onProgress: (progress) => each.push(progress) })),
    );
    expect(new Set(images.map((image) => image.digest))).toEqual(new Set([digest]));
    expect(downloads()).toBe(1);
    for (const each of seen) expect(each.at(-1)?.stage).toBe('done');
  });

  test('by two stores of one directory share one download', async () => {
    const { name, downloads } = await countingRegistry();
    const store = await newStore();
    const other = new ImageStore({ directory: store.directory });
    const options = { insecure: true, when: 'always' } as const;
    await Promise.all([store.pull(name, options), other.pull(name, options)]);
    expect(downloads()).toBe(1);
  });

  test('in several processes share one download', async () => {
    const { name, digest, downloads } = await countingRegistry();
    const store = await newStore();
    const runs = await Promise.all([1, 2, 3].map(() => pullInAnotherProcess(store, name)));
    expect(runs.map(({ stdout, stderr }) => [stdout, stderr])).toEqual(runs.map(() => [digest, '']));
    expect(downloads()).toBe(1);
  });

  test('are told when they wait for another process', async () => {
    const { name, letGo, downloads } = await countingRegistry({ waits: true });
    const store = await newStore();
    const running = pullInAnotherProcess(store, name);
    await expect.poll(downloads, { timeout: 30_000 }).toBe(1);
    const seen: string[] = [];
    const waiting = store.pull(name, { insecure: true, onProgress: ({ stage }) => seen.push(stage) });
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('waiting');
    letGo();
    await Promise.all([running, waiting]);
    expect(downloads()).toBe(1);
  });

  test('go on when one of them gives up, and it ends when all have', async () => {
    const { name, letGo, digest, downloads } = await countingRegistry({ waits: true });
    const store = await newStore();
    const controllers = [new AbortController(), new AbortController()];
    const pulls = controllers.map(({ signal }) =>
      store.pull(name, { insecure: true, signal }).catch((error: unknown) => error),
    );
    await expect.poll(downloads, { timeout: 30_000 }).toBe(1);
    controllers[0]?.abort('first');
    expect(await pulls[0]).toBe('first');
    controllers[1]?.abort('second');
    expect(await pulls[1]).toBe('second');
    expect(contents(store)).toEqual([]);
    letGo();
    expect((await store.pull(name, { insecure: true })).digest).toBe(digest);
  });

  test('are not held up by one whose callback throws: that one alone gets what it threw', async () => {
    const { name, digest } = await countingRegistry();
    const store = await newStore();
    const onProgress = () => {
      throw new Error('not my day');
    };
    const throwing = store.pull(name, { insecure: true, onProgress });
    const other = store.pull(name, { insecure: true });
    await expect(throwing).rejects.toThrow('not my day');
    expect((await other).digest).toBe(digest);
  });

  test('share the failure', async () => {
    const { name } = await countingRegistry();
    const store = await newStore();
    const wrong = name.replace('app:1', 'app:2');
    const failures = await Promise.allSettled([1, 2, 3].map(() => store.pull(wrong, { insecure: true })));
    for (const each of failures) expect(each).toMatchObject({ reason: { code: 'ERR_IMAGE_NOT_FOUND' } });
  });
});

test('a process that is killed in the middle takes skopeo with it, and the next pull finds nothing in its way', async () => {
  const { name, letGo, digest, downloads } = await countingRegistry({ waits: true });
  const store = await newStore();
  const running = pullInAnotherProcess(store, name);
  await expect.poll(downloads, { timeout: 30_000 }).toBe(1);
  running.kill('SIGKILL');
  await running;
  letGo();
  await expect.poll(() => skopeoOf(store.directory), { timeout: 10_000 }).toEqual([]);
  expect((await store.pull(name, { insecure: true })).digest).toBe(digest);
  expect(contents(store).filter((file) => file.startsWith('pulls/'))).toEqual([]);
});

/** Those that work below the directory; its name is that of no other test. */
function skopeoOf(directory: string): string[] {
  return leftovers(path.basename(path.dirname(directory))).filter((each) => each.includes('skopeo'));
}
