import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { statusNames, TtrpcError, TtrpcServer } from '../src/index.ts';
import { goCall } from './fixtures/go-peer.ts';
import { shimState } from './fixtures/shim-state.ts';

async function serving(onAbort: (reason: unknown) => void = () => {}): Promise<string> {
  const socket = path.join(await tempDir(), 'node.sock');
  const server = new TtrpcServer().handle(shimState, {
    state: async ({ id }, { metadata, timeoutMs, signal }) => {
      const [what, argument] = id.split(':');
      const number = Number(argument);
      if (what === 'status') throw TtrpcError.status(statusNames[number] ?? 'OK', `message ${argument}`);
      if (what === 'metadata') return { id: String(metadata[String(argument)]) };
      if (what === 'deadline') return { id: String(timeoutMs && Math.ceil(timeoutMs / 1000)) };
      if (what === 'big') return { stdout: 'x'.repeat(number) };
      if (what === 'hang')
        await new Promise(() => signal.addEventListener('abort', () => onAbort(signal.reason)));
      if (what === 'throw') throw new Error('an error of no kind');
      return { id };
    },
    missing: () => Promise.reject(new Error('never called')),
  });
  await server.listen(socket);
  onTestFinished(() => server.close());
  return socket;
}

/** The names that Go prints for status codes are those of gRPC, in camel case. */
const goName = (name: string) =>
  name.toLowerCase().replaceAll(/(^|_)([a-z])/g, (_, __, letter) => letter.toUpperCase());

describe('a Go client of the server', () => {
  needs('command go');

  test('gets an answer', async () => {
    expect(await goCall(await serving(), 'container')).toBe('OK: container 0');
  });

  test('gets every status', async () => {
    const socket = await serving();
    for (const [code, name] of statusNames.entries()) {
      if (code === 0) continue;
      const expected = name === 'CANCELLED' ? 'Canceled' : goName(name);
      expect(await goCall(socket, `status:${code}`)).toBe(`${expected}: message ${code}`);
    }
  });

  test('gets UNKNOWN with the message of any other error', async () => {
    expect(await goCall(await serving(), 'throw')).toBe('Unknown: an error of no kind');
  });

  test('sends metadata and a deadline', async () => {
    const socket = await serving();
    expect(await goCall(socket, 'metadata:key', '0', 'key=a', 'key=b')).toBe('OK: a,b 0');
    expect(await goCall(socket, 'deadline', '60000')).toBe('OK: 60 0');
    expect(await goCall(socket, 'deadline')).toBe('OK: undefined 0');
  });

  test('a handler hears when the deadline has passed', async () => {
    const heard = Promise.withResolvers<unknown>();
    const socket = await serving(heard.resolve);
    expect(await goCall(socket, 'hang', '50')).toContain('context deadline exceeded');
    // The client's own end of it comes through the connection, which may be sooner than the timer here.
    expect(await heard.promise).toMatchObject({ name: 'TtrpcError' });
  });

  test('an answer of more than 4 MiB becomes RESOURCE_EXHAUSTED', async () => {
    const socket = await serving();
    expect(await goCall(socket, `big:${5 * 1024 * 1024}`)).toContain('ResourceExhausted');
    expect(await goCall(socket, `big:${4_000_000}`)).toBe('OK:  4000000');
  });

  test('a request of more than 4 MiB becomes RESOURCE_EXHAUSTED', async () => {
    expect(await goCall(await serving(), `x*${5 * 1024 * 1024}`)).toContain('ResourceExhausted');
  });
});
