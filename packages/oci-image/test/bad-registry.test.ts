import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { madeImage, madeIndex, small } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { badRegistry, type Fault, isBlob, isManifest } from './fixtures/bad-registry.ts';
import { startRegistry } from './fixtures/registry.ts';
import { contents, newStore } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci', 'command docker-registry');

const answers =
  (status: number, code: string, where: (incoming: IncomingMessage) => boolean): Fault =>
  (incoming, answer) => {
    if (!where(incoming)) return false;
    answer.writeHead(status, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
    return true;
  };

const always = ({ url = '' }: IncomingMessage) => url !== '/v2/';

/** Answers with the first half, and then breaks off or says no more. */
const half =
  (then: (answer: ServerResponse) => void, where = isBlob): Fault =>
  async (incoming, answer, pass) => {
    if (!where(incoming)) return false;
    const { status, headers, body } = await pass();
    // Newer versions of skopeo ask for the rest.
    if (status === 206) answer.destroy();
    if (status !== 200) return status === 206;
    answer.writeHead(status, headers);
    answer.write(body.subarray(0, body.length / 2), () => then(answer));
    return true;
  };

const breaksOff = (answer: ServerResponse) => void answer.destroy();

describe('a registry that', () => {
  test.each<[string, string, Fault]>([
    ['answers 401', 'ERR_IMAGE_DENIED', answers(401, 'UNAUTHORIZED', () => true)],
    ['answers 401 for a layer', 'ERR_IMAGE_DENIED', answers(401, 'UNAUTHORIZED', isBlob)],
    ['answers 403', 'ERR_IMAGE_DENIED', answers(403, 'DENIED', always)],
    ['answers 500', 'ERR_IMAGE_REGISTRY', answers(500, 'UNKNOWN', always)],
    ['answers 500 for a layer', 'ERR_IMAGE_REGISTRY', answers(500, 'UNKNOWN', isBlob)],
    ['answers 503', 'ERR_IMAGE_REGISTRY', answers(503, 'UNAVAILABLE', always)],
    ['has lost a layer', 'ERR_IMAGE_DAMAGED', answers(404, 'BLOB_UNKNOWN', isBlob)],
    ['breaks off in the middle of a layer', 'ERR_IMAGE_REGISTRY', half(breaksOff)],
    ['breaks off in the middle of the manifest', 'ERR_IMAGE_REGISTRY', half(breaksOff, isManifest)],
    [
      'has another layer than it says',
      'ERR_IMAGE_DAMAGED',
      async (incoming, answer, pass) => {
        if (!isBlob(incoming)) return false;
        const { status, headers, body } = await pass();
        answer.writeHead(status, headers).end(Buffer.alloc(body.length, 'x'));
        return true;
      },
    ],
    [
      'speaks no HTTP',
      'ERR_IMAGE_REGISTRY',
      (incoming) => {
        incoming.socket.end('hello\n');
        return true;
      },
    ],
    [
      'gives no JSON for a manifest',
      'ERR_IMAGE_REGISTRY',
      (incoming, answer) => {
        if (!isManifest(incoming)) return false;
        answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
        return true;
      },
    ],
  ])('%s is told as %s, and nothing is left', async (_, code, fault) => {
    const registry = await startRegistry();
    const made = await madeImage(await tempDir(), { layers: [small('x'.repeat(10_000))] });
    await registry.push(made.source, 'app:1');
    const bad = await badRegistry(registry.host, fault);
    const store = await newStore();
    const failure = await store
      .pull(`${bad.host}/app:1`, { insecure: true })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, image: `${bad.host}/app:1`, tool: 'skopeo', exitCode: 1 });
    expect(contents(store)).toEqual([]);
    // The same store, a moment later.
    bad.heal();
    expect((await store.pull(`${bad.host}/app:1`, { insecure: true })).digest).toBe(made.digest);
  });

  test('answers 429 is told so; skopeo waits as the registry wants, which can be limited', async () => {
    const registry = await startRegistry();
    const bad = await badRegistry(registry.host, (incoming, answer) => {
      if (incoming.url === '/v2/') return false;
      answer.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' });
      answer.end('{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}');
      return true;
    });
    const store = await newStore();
    await expect(store.pull(`${bad.host}/app:1`, { insecure: true })).rejects.toMatchObject({
      code: 'ERR_IMAGE_TOO_MANY_REQUESTS',
      message: expect.stringContaining('try again later'),
    });
    expect(contents(store)).toEqual([]);
  });

  test('gives nothing for too long is left', async () => {
    const registry = await startRegistry();
    const made = await madeImage(await tempDir(), { layers: [small('x'.repeat(10_000))] });
    await registry.push(made.source, 'app:1');
    const bad = await badRegistry(
      registry.host,
      half(() => {}),
    );
    const store = await newStore();
    const failing = store.pull(`${bad.host}/app:1`, { insecure: true, stallTimeoutMs: 1_000 });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IMAGE_TIMEOUT', tool: 'skopeo' });
    expect(contents(store)).toEqual([]);
  });

  test('takes longer than the whole may take is left', async () => {
    const registry = await startRegistry();
    const bad = await badRegistry(registry.host, () => true);
    const store = await newStore();
    const failing = store.pull(`${bad.host}/app:1`, { insecure: true, timeoutMs: 1_000 });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IMAGE_TIMEOUT' });
    expect(contents(store)).toEqual([]);
  });
});

describe('an image that', () => {
  test('is not there is told so', async () => {
    const registry = await startRegistry();
    const made = await madeImage(await tempDir(), { layers: [small()] });
    await registry.push(made.source, 'app:1');
    const store = await newStore();
    for (const name of ['app:2', 'other:1', `app@sha256:${'0'.repeat(64)}`]) {
      const failing = store.pull(`${registry.host}/${name}`, { insecure: true });
      await expect(failing).rejects.toMatchObject({ code: 'ERR_IMAGE_NOT_FOUND' });
    }
    await expect(store.pull('oci:/no/such/layout:it')).rejects.toMatchObject({ code: 'ERR_IMAGE_NOT_FOUND' });
    await expect(store.pull('docker-archive:/no/such/file')).rejects.toMatchObject({
      code: 'ERR_IMAGE_NOT_FOUND',
    });
    await expect(store.pull(`oci:${made.directory}:other`)).rejects.toMatchObject({
      code: 'ERR_IMAGE_NOT_FOUND',
    });
    expect(contents(store)).toEqual([]);
  });

  test('is not there for this platform is told so, whether it is of many or of one', async () => {
    const registry = await startRegistry();
    const other = { layers: [small()], architecture: 's390x' };
    const many = await madeIndex(await tempDir(), [other]);
    const one = await madeImage(await tempDir(), other);
    const store = await newStore();
    for (const source of [many.source, one.source]) {
      await expect(store.pull(source)).rejects.toMatchObject({ code: 'ERR_IMAGE_PLATFORM' });
      const name = await registry.push(source, 'app:1', { all: true });
      await expect(store.pull(name, { insecure: true })).rejects.toMatchObject({
        code: 'ERR_IMAGE_PLATFORM',
      });
    }
    expect(contents(store)).toEqual([]);
  });

  test('is at a registry that nobody runs, or that has HTTP only, is told so', async () => {
    const registry = await startRegistry();
    const store = await newStore();
    await expect(store.pull('127.0.0.1:1/app:1')).rejects.toMatchObject({ code: 'ERR_IMAGE_REGISTRY' });
    await expect(store.pull(`${registry.host}/app:1`)).rejects.toMatchObject({ code: 'ERR_IMAGE_REGISTRY' });
    await expect(store.pull('no-such-host.invalid/app:1')).rejects.toMatchObject({
      code: 'ERR_IMAGE_REGISTRY',
    });
    expect(contents(store)).toEqual([]);
  });
});
