import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { connected, dialled, ENDS, framesOf, gate, serving, servingAt } from '../../test/fixtures/peers.ts';
import { shimState } from '../../test/fixtures/shim-state.ts';
import { decodeResponse, requestFrame, requestPrefix } from '../envelope.ts';
import { type Frame, MAX_DATA_BYTES, REQUEST, RESPONSE, writeHeader } from '../frame.ts';
import { connect, TtrpcClient, TtrpcError, TtrpcServer } from '../index.ts';

const MIB = 1024 * 1024;
const prefix = requestPrefix(shimState.fullName, 'State');

const state = (streamId: number, id: string, options?: { timeoutMs: number }) =>
  requestFrame(
    streamId,
    prefix,
    shimState.methods.state.requestType.encode({ id, stdout: '' }).finish(),
    options,
  );

const answerTo = ({ data = Buffer.alloc(0) }: Frame) => {
  const { error, payload } = decodeResponse(data);
  return error ?? shimState.methods.state.responseType.decode(payload);
};

function frame(streamId: number, type: number, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(10), data]);
  writeHeader(bytes, streamId, type);
  return bytes;
}

describe('a server', () => {
  test('answers many clients at a time', async () => {
    const { socket } = await serving(({ id }) => ({ id }));
    const clients = await Promise.all(Array.from({ length: 20 }, () => connected(socket)));
    const ids = clients.map((_, index) => `container-${index}`);
    const answers = await Promise.all(
      clients.map(({ shim }, index) => shim.state({ id: String(ids[index]) })),
    );
    expect(answers.map(({ id }) => id)).toEqual(ids);
  });

  test('listens at several addresses', async () => {
    const { server, socket } = await serving(({ id }) => ({ id }));
    for (const target of [`${socket}-2`, { path: `${socket}-3` }]) {
      await server.listen(target);
      const { shim } = await connected(typeof target === 'string' ? target : target.path);
      expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a' });
    }
  });

  test.runIf(process.platform === 'linux')('listens at an abstract address', async () => {
    const { server } = await serving(({ id }) => ({ id }));
    const address = `\0${path.join(await tempDir(), 'abstract')}`;
    await server.listen(address);
    const { shim } = await connected(address);
    expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a' });
    await expect(server.listen(address)).rejects.toMatchObject({ message: expect.stringContaining('@/') });
  });

  test('cannot listen where another one does, nor in a directory that is not there', async () => {
    const { server, socket } = await serving(() => ({}));
    for (const target of [socket, { path: `${socket}-missing/ttrpc.sock` }]) {
      await expect(server.listen(target)).rejects.toMatchObject({
        name: 'TtrpcError',
        code: 'ERR_TTRPC_LISTEN',
        cause: expect.any(Error),
      });
    }
  });

  test('answers UNIMPLEMENTED for a service and a method that it has not', async () => {
    const { socket } = await serving(() => ({}));
    const { client } = await connected(socket);
    const { state: method } = shimState.methods;
    const other = client.service({ ...shimState, fullName: 'other.Service' });
    await expect(other.state({})).rejects.toMatchObject({
      status: 'UNIMPLEMENTED',
      message: 'service other.Service',
    });
    const methods = { state: { ...method, name: 'toString' } };
    await expect(client.service({ ...shimState, methods }).state({})).rejects.toMatchObject({
      status: 'UNIMPLEMENTED',
      message: 'method toString',
    });
  });

  test('answers with the status that a handler throws, and with UNKNOWN for what else it throws', async () => {
    const thrown: Record<string, unknown> = {
      status: TtrpcError.status('NOT_FOUND', 'no such container'),
      error: new RangeError('out of it'),
      text: 'just text',
      ok: TtrpcError.status('OK', 'all is well'),
    };
    const { socket } = await serving(({ id }) => {
      throw thrown[id];
    });
    const { shim } = await connected(socket);
    const failing = (id: string) => expect(shim.state({ id })).rejects;
    await failing('status').toMatchObject({ status: 'NOT_FOUND', message: 'no such container' });
    await failing('error').toMatchObject({ status: 'UNKNOWN', message: 'out of it' });
    await failing('text').toMatchObject({ status: 'UNKNOWN', message: 'just text' });
    await failing('ok').toMatchObject({ status: 'UNKNOWN', message: 'all is well' });
  });

  test('answers UNKNOWN when a handler gives what is no response', async () => {
    const { socket } = await serving(() => ({ id: 5 as unknown as string }));
    const { shim } = await connected(socket);
    await expect(shim.state({})).rejects.toMatchObject({ status: 'UNKNOWN' });
  });

  test('answers RESOURCE_EXHAUSTED for a request or a response of more than 4 MiB, and nothing else fails', async () => {
    const { socket } = await serving(({ id }) => ({ stdout: 'x'.repeat(Number(id)) }));
    const raw = await dialled(socket);
    raw.write(frame(1, REQUEST, Buffer.alloc(MAX_DATA_BYTES + 1)));
    raw.write(Buffer.concat([state(3, String(5 * MIB)), state(5, '1')]));
    const answers = new Map((await framesOf(raw, 3)).map((found) => [found.streamId, answerTo(found)]));
    expect(answers.get(1)).toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    expect(answers.get(3)).toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    expect(answers.get(5)).toMatchObject({ stdout: 'x' });
  });

  test('answers INVALID_ARGUMENT for an even stream id and a request that cannot be read', async () => {
    const { socket } = await serving(({ id }) => ({ id }));
    const raw = await dialled(socket);
    raw.write(Buffer.concat([state(2, 'even'), frame(3, REQUEST, Buffer.from('garbage')), state(5, 'good')]));
    const answers = (await framesOf(raw, 3)).map((found) => [found.streamId, answerTo(found)]);
    expect(Object.fromEntries(answers)).toMatchObject({
      2: { status: 'INVALID_ARGUMENT' },
      3: { status: 'INVALID_ARGUMENT' },
      5: { id: 'good' },
    });
  });

  test('answers INTERNAL for a payload that is not the message it should be', async () => {
    const { socket } = await serving(({ id }) => ({ id }));
    const raw = await dialled(socket);
    raw.write(requestFrame(1, prefix, Buffer.from('0aff', 'hex'), undefined));
    const [found] = await framesOf(raw, 1);
    expect(found && answerTo(found)).toMatchObject({ status: 'INTERNAL' });
  });

  test('passes over responses and unknown frames, and closes a connection that brings what is no frame', async () => {
    const { socket } = await serving(({ id }) => ({ id }));
    const raw = await dialled(socket);
    raw.write(
      Buffer.concat([frame(1, RESPONSE, Buffer.alloc(3)), frame(1, 77, Buffer.alloc(3)), state(3, 'good')]),
    );
    expect(await framesOf(raw, 1)).toMatchObject([{ streamId: 3 }]);
    raw.write(Buffer.from('HTTP/1.1 200 OK'));
    expect(await framesOf(raw)).toEqual([]);
  });

  test('tells a handler when the deadline of its call has passed', async () => {
    const heard = gate<unknown>();
    const { socket } = await serving(
      (_, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => heard.resolve(signal.reason))),
    );
    const raw = await dialled(socket);
    raw.write(state(1, '', { timeoutMs: 5 }));
    expect(await heard.promise).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  test('tells a handler when its connection has ended', async () => {
    const [started, heard] = [gate(), gate<unknown>()];
    const { socket } = await serving((_, { signal }) => {
      signal.addEventListener('abort', () => heard.resolve(signal.reason));
      started.resolve();
      return new Promise(() => {});
    });
    const raw = await dialled(socket);
    raw.write(state(1, ''));
    await started.promise;
    raw.destroy();
    expect(await heard.promise).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
  });

  test('serves a stream that is connected already', async () => {
    const [ours, theirs] = duplexPair();
    const { server } = await serving(({ id }) => ({ id }));
    server.accept(theirs);
    await using client = TtrpcClient.over(ours);
    expect(await client.service(shimState).state({ id: 'a' })).toMatchObject({ id: 'a' });
  });
});

describe('what a connection may hold', () => {
  test('further calls wait while maxConcurrentCalls are at work, and other connections do not', async () => {
    const open = gate();
    let most = 0;
    let atWork = 0;
    const { socket } = await serving(
      async ({ id }) => {
        if (id === 'other') return { id };
        most = Math.max(most, ++atWork);
        await open.promise;
        atWork--;
        return { id };
      },
      { maxConcurrentCalls: 3 },
    );
    const { shim } = await connected(socket);
    const ids = Array.from({ length: 50 }, (_, index) => String(index));
    const waiting = Promise.all(ids.map((id) => shim.state({ id })));
    const { shim: other } = await connected(socket);
    expect(await other.state({ id: 'other' })).toMatchObject({ id: 'other' });
    open.resolve();
    expect((await waiting).map(({ id }) => id)).toEqual(ids);
    expect(most).toBe(3);
  });

  test('a request that cannot be read is answered when it had to wait, too', async () => {
    const { socket } = await serving(({ id }) => ({ id }), { maxConcurrentCalls: 1 });
    const raw = await dialled(socket);
    raw.write(Buffer.concat([state(1, 'a'), frame(3, REQUEST, Buffer.from('garbage')), state(5, 'b')]));
    const answers = (await framesOf(raw, 3)).map(answerTo);
    expect(answers).toMatchObject([{ id: 'a' }, { status: 'INVALID_ARGUMENT' }, { id: 'b' }]);
  });

  test('further requests are not read while those at work hold maxPendingBytes', async () => {
    const open = gate();
    let atWork = 0;
    const { socket } = await serving(
      async ({ id }) => {
        if (id.length > 5) atWork++;
        if (id.length > 5) await open.promise;
        return {};
      },
      { maxPendingBytes: 2 * MIB },
    );
    const raw = await dialled(socket);
    for (let call = 0; call < 20; call++) raw.write(state(2 * call + 1, 'x'.repeat(MIB)));
    const { shim: other } = await connected(socket);
    for (let call = 0; call < 200; call++) await other.state({ id: 'other' });
    expect(atWork).toBe(2);
    expect(raw.writableLength).toBeGreaterThan(10 * MIB);
    open.resolve();
    expect(await framesOf(raw, 20)).toHaveLength(20);
  });

  test('further requests wait while a client leaves maxPendingBytes of responses unread', async () => {
    let begun = 0;
    const { socket } = await serving(
      ({ id }) => {
        if (id === 'other') return { id };
        begun++;
        return { stdout: 'x'.repeat(MIB) };
      },
      { maxConcurrentCalls: 2, maxPendingBytes: MIB },
    );
    const raw = await dialled(socket);
    raw.write(Buffer.concat(Array.from({ length: 30 }, (_, call) => state(2 * call + 1, 'big'))));
    const { shim: other } = await connected(socket);
    for (let call = 0; call < 200; call++) await other.state({ id: 'other' });
    expect(begun).toBeLessThan(6);
    expect(await framesOf(raw, 30)).toHaveLength(30);
  });

  test('answers that a handler gives at once count before the next request of the same read begins', async () => {
    let begun = 0;
    const { socket } = await serving(
      ({ id }) => {
        if (id === 'other') return { id };
        begun++;
        return { stdout: 'x'.repeat(MIB) };
      },
      { maxPendingBytes: 2 * MIB },
    );
    const raw = await dialled(socket);
    raw.write(Buffer.concat(Array.from({ length: 30 }, (_, call) => state(2 * call + 1, 'big'))));
    const { shim: other } = await connected(socket);
    for (let call = 0; call < 200; call++) await other.state({ id: 'other' });
    expect(begun).toBeLessThan(5);
    expect(await framesOf(raw, 30)).toHaveLength(30);
  });

  test.each([
    ['calls', { maxConcurrentCalls: 2 }, ''],
    ['bytes of requests', { maxPendingBytes: 2 * MIB }, 'x'.repeat(MIB)],
  ])('the end of a connection that has all the %s it may have is seen', async (_, limits, id) => {
    let atWork = 0;
    const { socket } = await serving(
      async (_request, { signal }) => {
        atWork++;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        atWork--;
        return {};
      },
      { ...limits, maxStallMs: 20 },
    );
    const raw = await dialled(socket);
    for (let call = 0; call < 10; call++) raw.write(state(2 * call + 1, id));
    await expect.poll(() => atWork).toBe(2);
    raw.destroy();
    await expect.poll(() => atWork).toBe(0);
  });

  test('requests are refused once no call has ended for maxStallMs, and are taken again after one has', async () => {
    const [started, open] = [gate(), gate()];
    const { socket } = await serving(
      async ({ id }) => {
        started.resolve();
        await open.promise;
        return { id };
      },
      { maxConcurrentCalls: 1, maxStallMs: 20 },
    );
    const raw = await dialled(socket);
    raw.write(Buffer.concat([state(1, 'at work'), state(3, 'waiting')]));
    await started.promise;
    raw.write(state(5, 'late'));
    expect((await framesOf(raw, 1)).map(answerTo)).toMatchObject([{ status: 'RESOURCE_EXHAUSTED' }]);
    open.resolve();
    expect((await framesOf(raw, 2)).map(answerTo)).toMatchObject([{ id: 'at work' }, { id: 'waiting' }]);
    raw.write(state(7, 'later'));
    expect((await framesOf(raw, 1)).map(answerTo)).toMatchObject([{ id: 'later' }]);
  });

  test('the stall begins anew with each call that ends', async () => {
    const { socket } = await serving(
      async ({ id }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { id };
      },
      { maxConcurrentCalls: 1, maxStallMs: 200 },
    );
    const { shim } = await connected(socket);
    const ids = Array.from({ length: 60 }, (_, index) => String(index));
    expect((await Promise.all(ids.map((id) => shim.state({ id })))).map(({ id }) => id)).toEqual(ids);
  });

  test('even the smallest limits let every call come to its turn', async () => {
    const { socket } = await serving(({ id }) => ({ id }), { maxConcurrentCalls: 1, maxPendingBytes: 1 });
    const { shim } = await connected(socket);
    const ids = Array.from({ length: 100 }, (_, index) => String(index));
    expect((await Promise.all(ids.map((id) => shim.state({ id })))).map(({ id }) => id)).toEqual(ids);
  });
});

describe('who is served', () => {
  test.each([
    ['says no', () => false],
    ['says no later', () => Promise.resolve(false)],
    ['fails', () => Promise.reject(new Error('cannot tell'))],
  ])('a client is disconnected when authorize %s', async (_, authorize) => {
    const { socket } = await serving(() => expect.unreachable(), { authorize });
    const raw = await dialled(socket);
    raw.write(state(1, ''));
    expect(await framesOf(raw)).toEqual([]);
  });

  test('authorize is given the socket, and what the client sent meanwhile is answered', async () => {
    const asked = gate<Socket>();
    const decided = gate<boolean>();
    const { socket } = await serving(({ id }) => ({ id }), {
      authorize: (peer) => {
        asked.resolve(peer);
        return decided.promise;
      },
    });
    const raw = await dialled(socket);
    raw.write(state(1, 'early'));
    expect(await asked.promise).toHaveProperty('remoteFamily');
    decided.resolve(true);
    const [found] = await framesOf(raw, 1);
    expect(found && answerTo(found)).toMatchObject({ id: 'early' });
  });

  test('a server that is closed does not wait for authorize', async () => {
    const asked = gate();
    const { server, socket } = await serving(() => ({}), {
      authorize: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const raw = await dialled(socket);
    await asked.promise;
    await server.close();
    expect(await framesOf(raw)).toEqual([]);
  });
});

const refuse = () => {
  throw new Error('it may not be looked at');
};
const NO_LOOK = { get: refuse, has: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse };

describe('a handler', () => {
  test.each([
    ['no prototype', Object.create(null)],
    ['undefined', undefined],
    ['a symbol', Symbol('why')],
    ['a misspelt status', TtrpcError.status('NOT_FUOND' as 'NOT_FOUND', 'why')],
    ['a status of its own', Object.assign(new Error('why'), { code: 'ERR_TTRPC_STATUS', status: 'gone' })],
    ['a status of HTTP', Object.assign(new Error('why'), { status: 404 })],
    ['OK', TtrpcError.status('OK', 'why')],
    ['a proxy that refuses every look', new Proxy({}, NO_LOOK)],
  ])('that rejects with %s is answered UNKNOWN, and shutdown ends', async (_, reason) => {
    const { server, socket } = await serving(() => Promise.reject(reason));
    const { shim } = await connected(socket);
    await expect(shim.state({})).rejects.toMatchObject({ status: 'UNKNOWN' });
    await server.shutdown();
  });

  test.each([
    ['no text as its message', Object.assign(TtrpcError.status('NOT_FOUND', ''), { message: 5 })],
    ['details that are none', TtrpcError.status('NOT_FOUND', 'why', { details: 'none' as never })],
    [
      'a detail without bytes',
      TtrpcError.status('NOT_FOUND', 'why', { details: [null, { typeUrl: 5 }] as never }),
    ],
  ])('that rejects with %s is answered its status, and shutdown ends', async (_, reason) => {
    const { server, socket } = await serving(() => Promise.reject(reason));
    const { shim } = await connected(socket);
    await expect(shim.state({})).rejects.toMatchObject({ status: 'NOT_FOUND', details: [] });
    await server.shutdown();
  });

  test.each([
    ['a promise of another realm', runInNewContext('Promise.resolve({ id: "a" })')],
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    ['what only has a then', { then: (resolve: (value: unknown) => void) => resolve({ id: 'a' }) }],
  ])('may give %s', async (_, response) => {
    const { socket } = await serving(() => response);
    const { shim } = await connected(socket);
    expect(await shim.state({})).toMatchObject({ id: 'a' });
  });

  test('that throws an error of another copy of this package answers its status and details', async () => {
    const details = [{ typeUrl: 'type.googleapis.com/a', value: Buffer.of(1, 2) }];
    const other = { code: 'ERR_TTRPC_STATUS', status: 'ABORTED', message: 'why', details };
    const { socket } = await serving(() => Promise.reject(other));
    const { shim } = await connected(socket);
    await expect(shim.state({})).rejects.toMatchObject({ status: 'ABORTED', message: 'why', details });
  });
});

describe('onError', () => {
  test('is told of what a handler throws without a status, and where, and of nothing else', async () => {
    const told: unknown[] = [];
    const { socket } = await serving(
      ({ id }) => {
        if (id === 'status') throw TtrpcError.status('NOT_FOUND', 'why');
        if (id === 'none') throw new RangeError('why');
        return id === 'bad' ? { id: 5 as unknown as string } : { id };
      },
      { onError: (...args) => told.push(args) },
    );
    const { shim } = await connected(socket);
    for (const id of ['status', 'none', 'bad'])
      await expect(shim.state({ id })).rejects.toBeInstanceOf(TtrpcError);
    const context = { service: shimState.fullName, method: 'State' };
    expect(told).toEqual([
      [expect.any(RangeError), context],
      [expect.any(TypeError), context],
    ]);
  });

  test('is told of a client that sends what is no ttrpc, and of an authorize that fails', async () => {
    const told: unknown[] = [];
    const reason = new Error('cannot tell');
    const onError = (error: unknown) => told.push(error);
    const { socket } = await serving(({ id }) => ({ id }), { onError });
    const raw = await dialled(socket);
    raw.write('HTTP/1.1 200 OK');
    await framesOf(raw);
    const other = await serving(() => ({}), { onError, authorize: () => Promise.reject(reason) });
    await framesOf(await dialled(other.socket));
    expect(told).toEqual([expect.objectContaining({ code: 'ERR_TTRPC_PROTOCOL' }), reason]);
  });

  test.each([
    ['throws', () => expect.unreachable()],
    ['rejects', () => Promise.reject(new Error('nobody cares'))],
  ])('that %s disturbs nobody', async (_, onError) => {
    const { socket } = await serving(() => Promise.reject(new Error('why')), { onError });
    const { shim } = await connected(socket);
    for (let call = 0; call < 3; call++) {
      await expect(shim.state({})).rejects.toMatchObject({ status: 'UNKNOWN', message: 'why' });
    }
  });
});

describe('the path of a socket', () => {
  test('is left to the server that has taken it over', async () => {
    const { server: old, socket } = await serving(() => ({ id: 'old' }));
    await unlink(socket);
    const { server: next } = await servingAt(socket, () => ({ id: 'next' }));
    await old.close();
    const { shim } = await connected(socket);
    expect(await shim.state({})).toMatchObject({ id: 'next' });
    await next.close();
    expect(await readdir(path.dirname(socket))).toEqual([]);
  });

  test.each([
    ['a file', (file: string) => writeFile(file, 'text')],
    ['a directory', (file: string) => mkdir(file)],
  ])('is left to %s that has come in its place', async (_, make) => {
    const { server, socket } = await serving(() => ({}));
    await unlink(socket);
    await make(socket);
    await server.shutdown();
    expect(await readdir(path.dirname(socket))).toEqual([path.basename(socket)]);
  });

  test('is removed where the working directory is another one now, or somebody has removed it', async () => {
    const dir = await tempDir();
    const code = `import { TtrpcServer } from ${JSON.stringify(path.join(import.meta.dirname, '../index.ts'))};
      process.chdir(${JSON.stringify(dir)});
      const server = new TtrpcServer();
      await server.listen('a.sock');
      process.chdir('/');
      await server.close();`;
    await execa(process.execPath, ['--input-type=module', '--eval', code]);
    expect(await readdir(dir)).toEqual([]);
    const { server, socket } = await serving(() => ({}));
    await unlink(socket);
    await server.close();
  });

  test('of more bytes than the system takes is refused, and not cut', async () => {
    const dir = await tempDir();
    const file = path.join(dir, 'x'.repeat(107 - dir.length));
    await using server = new TtrpcServer();
    await expect(server.listen(file)).rejects.toMatchObject({ code: 'ERR_TTRPC_LISTEN' });
    await expect(connect(file)).rejects.toMatchObject({ code: 'ERR_TTRPC_UNREACHABLE' });
    expect(await readdir(dir)).toEqual([]);
    await server.listen(file.slice(0, 107));
    expect(await readdir(dir)).toEqual([path.basename(file).slice(0, -1)]);
  });
});

describe('a stream that has ended already', () => {
  test('is no connection, and the server shuts down all the same', async () => {
    const { server } = await serving(() => ({}));
    for (const end of ENDS) {
      const [near, far] = duplexPair();
      await end(far, near);
      server.accept(far);
    }
    await server.shutdown();
  });
});

describe('shutdown', () => {
  test('lets calls at work come to their end, and answers UNAVAILABLE to new ones', async () => {
    const [started, open] = [gate(), gate()];
    const { server, socket } = await serving(async ({ id }) => {
      started.resolve();
      await open.promise;
      return { id };
    });
    const { client, shim } = await connected(socket);
    const running = shim.state({ id: 'running' });
    await started.promise;
    const down = server.shutdown();
    await expect(shim.state({ id: 'late' })).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    open.resolve();
    expect(await running).toMatchObject({ id: 'running' });
    await down;
    expect(await client.closed).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    expect(existsSync(socket)).toBe(false);
  });

  test('answers UNAVAILABLE to calls that wait for their turn', async () => {
    const [started, open] = [gate(), gate()];
    const { server, socket } = await serving(
      async ({ id }) => {
        started.resolve();
        await open.promise;
        return { id };
      },
      { maxConcurrentCalls: 1 },
    );
    const raw = await dialled(socket);
    raw.write(Buffer.concat([state(1, 'running'), state(3, 'waiting')]));
    await started.promise;
    const down = server.shutdown();
    expect((await framesOf(raw, 1)).map(answerTo)).toMatchObject([{ status: 'UNAVAILABLE' }]);
    open.resolve();
    expect((await framesOf(raw, 1)).map(answerTo)).toMatchObject([{ id: 'running' }]);
    raw.resume();
    await down;
  });

  test('sends all of a large response, and an answer to a call that comes in the meantime', async () => {
    const answered = gate();
    const { server, socket } = await serving(() => {
      answered.resolve();
      return { stdout: 'x'.repeat(3 * MIB) };
    });
    const raw = await dialled(socket);
    raw.write(state(1, 'big'));
    await answered.promise;
    const down = server.shutdown();
    raw.write(state(3, 'late'));
    const [big, late] = (await framesOf(raw)).map(answerTo);
    expect(big).toHaveProperty('stdout.length', 3 * MIB);
    expect(late).toMatchObject({ status: 'UNAVAILABLE' });
    await down;
  });

  test('may be called again and again, while answers are on their way and afterwards', async () => {
    const { server, socket } = await serving(() => ({ stdout: 'x'.repeat(3 * MIB) }));
    const raw = await dialled(socket);
    raw.write(state(1, 'big'));
    await once(raw, 'readable');
    const downs = [server.shutdown(), server.shutdown()];
    await new Promise(setImmediate);
    downs.push(server.shutdown(), server.shutdown());
    expect((await framesOf(raw)).map(answerTo)).toMatchObject([{ stdout: expect.any(String) }]);
    await Promise.all(downs);
    await Promise.all([server.shutdown(), server.close()]);
  });

  test('may be called twice, and ends at once where nothing is at work', async () => {
    const { server, socket } = await serving(({ id }) => ({ id }));
    const { client } = await connected(socket);
    await Promise.all([server.shutdown(), server.shutdown()]);
    await client.closed;
    await server.shutdown();
  });

  test('an abort closes what is left, and rejects with its reason', async () => {
    const started = gate();
    const { server, socket } = await serving(() => {
      started.resolve();
      return new Promise(() => {});
    });
    const { shim } = await connected(socket);
    const running = expect(shim.state({})).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    await started.promise;
    const abort = new AbortController();
    const reason = new Error('no longer');
    const down = server.shutdown(abort);
    abort.abort(reason);
    await expect(down).rejects.toBe(reason);
    await running;
    await expect(server.shutdown(abort)).rejects.toBe(reason);
  });
});

describe('close', () => {
  test('ends connections and calls at once, and removes the socket', async () => {
    const [started, heard] = [gate(), gate<unknown>()];
    const { server, socket } = await serving((_, { signal }) => {
      signal.addEventListener('abort', () => heard.resolve(signal.reason));
      started.resolve();
      return new Promise(() => {});
    });
    const { client, shim } = await connected(socket);
    const running = expect(shim.state({})).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    await started.promise;
    await Promise.all([server.close(), server.close()]);
    await running;
    expect(await heard.promise).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    expect(await client.closed).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    expect(existsSync(socket)).toBe(false);
  });

  test('a handler that closes its own server begins no further calls', async () => {
    let begun = 0;
    const { server, socket } = await serving(() => {
      begun++;
      void server.close();
      return {};
    });
    const raw = await dialled(socket);
    raw.write(Buffer.concat([state(1, ''), state(3, '')]));
    expect(await framesOf(raw)).toEqual([]);
    expect(begun).toBe(1);
  });

  test('what comes after it is turned away', async () => {
    const { server, socket } = await serving(() => ({}));
    await server.close();
    const [ours, theirs] = duplexPair();
    server.accept(theirs);
    expect(theirs.destroyed).toBe(true);
    ours.destroy();
    await expect(server.listen(socket)).rejects.toMatchObject({ code: 'ERR_TTRPC_LISTEN' });
    expect(existsSync(socket)).toBe(false);
  });

  test('a server that is closed while it begins to listen does not listen', async () => {
    const socket = path.join(await tempDir(), 'ttrpc.sock');
    const server = new TtrpcServer();
    const listening = expect(server.listen(socket)).rejects.toMatchObject({ code: 'ERR_TTRPC_LISTEN' });
    await server.close();
    await listening;
    expect(existsSync(socket)).toBe(false);
  });

  test('`await using` closes a server', async () => {
    const socket = path.join(await tempDir(), 'ttrpc.sock');
    {
      await using server = new TtrpcServer();
      await server.listen(socket);
      expect(existsSync(socket)).toBe(true);
    }
    expect(existsSync(socket)).toBe(false);
  });
});
