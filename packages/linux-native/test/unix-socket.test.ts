import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { acceptConnection, listenAt, peerCredentials, watchReadable } from '../src/index.ts';

describe('a Unix socket without node:net', () => {
  needs('linux');

  test('gives each connection once', async () => {
    const socket = path.join(await tempDir(), 'socket');
    const fd = listenAt(socket);
    onTestFinished(() => closeSync(fd));
    expect(acceptConnection(fd)).toBeUndefined();
    const came = Promise.withResolvers<void>();
    const watch = watchReadable(fd, came.resolve);
    const client = connect(socket);
    await came.promise;
    watch.close();
    const connection = acceptConnection(fd) ?? expect.fail('no connection');
    expect(peerCredentials(connection).pid).toBe(process.pid);
    expect(acceptConnection(fd)).toBeUndefined();
    const closed = once(client.resume(), 'close');
    closeSync(connection);
    await closed;
  });

  test('is refused where the name is taken, or too long', async () => {
    const socket = path.join(await tempDir(), 'socket');
    const fd = listenAt(socket);
    onTestFinished(() => closeSync(fd));
    expect(() => listenAt(socket)).toThrow(expect.objectContaining({ code: 'EADDRINUSE', path: socket }));
    expect(() => listenAt(`/tmp/${'x'.repeat(120)}`)).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }),
    );
  });
});
