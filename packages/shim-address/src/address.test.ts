import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recorded } from '../test/fixtures/golden-vectors.ts';
import { parseAddress, socketPath } from './address.ts';
import { ShimAddressError } from './errors.ts';

test('a path after unix:// is a socket file', () => {
  expect(parseAddress('unix:///run/containerd/s/0123')).toEqual({
    kind: 'path',
    path: '/run/containerd/s/0123',
  });
});

test('anything else is an abstract name, with the NUL that Go counts in', () => {
  expect(parseAddress('/containerd-shim/moby/web/shim.sock')).toEqual({
    kind: 'abstract',
    path: '\0/containerd-shim/moby/web/shim.sock\0',
  });
});

test.each(['@name', 'unix://@name'])('%s is an abstract name without one, as in Go', (address) => {
  expect(parseAddress(address)).toEqual({ kind: 'abstract', path: '\0name' });
});

test('socketPath is the path of the Go client, whose net package then adds the NUL', async () => {
  const { socket } = await recorded();
  const goPath = (address: string) => socketPath(address).replace(/\0$/, '');
  expect(socket.map(([address]) => [address, goPath(address)])).toEqual(socket);
});

describe('refuses', () => {
  test.each([
    ['nothing', ''],
    ['a scheme alone', 'unix://'],
    ['an @ alone', '@'],
    ['an @ alone after the scheme', 'unix://@'],
    ['a relative path', 'unix://run/x.sock'],
    ['a scheme without slashes', 'unix:/run/x.sock'],
    ['another scheme', 'tcp://127.0.0.1:1'],
    ['a scheme in capitals', 'UNIX:///run/x.sock'],
    ['a NUL', 'unix:///run/x\0/../y'],
    ['a newline', 'unix:///run/x.sock\n'],
    ['a NUL in an abstract name', '/containerd-shim/\0'],
    ['an escape sequence', 'unix:///run/\u001b[2J'],
    ['a control character beyond ASCII', 'unix:///run/\u009b'],
    ['half a character', 'unix:///run/\ud83d'],
  ])('%s', (_, address) => {
    expect(() => parseAddress(address)).toThrow(
      expect.objectContaining({ code: 'ERR_ADDRESS_INVALID', address, path: undefined }),
    );
  });

  test('more than 106 bytes of path or name, whatever the number of characters', () => {
    const longest = 'é'.repeat(53);
    expect(parseAddress(longest).path).toBe(`\0${longest}\0`);
    expect(parseAddress(`unix:///${longest.slice(1)}x`).kind).toBe('path');
    for (const address of [`${longest}x`, `unix:///${longest}`, `@${longest}`]) {
      expect(() => parseAddress(address)).toThrow(
        expect.objectContaining({
          code: 'ERR_ADDRESS_TOO_LONG',
          address,
          message: expect.stringContaining('107'),
        }),
      );
    }
  });

  test('control characters, without sending them to the terminal', () => {
    expect(() => parseAddress('unix:///\u001b[2J')).toThrow(/^\P{Cc}*$/u);
  });

  test('a megabyte, without repeating it', () => {
    expect(() => parseAddress(`unix:///${'x'.repeat(1 << 20)}`)).toThrow(/^.{1,400}$/);
  });
});

test('whatever the text, the answer fits into a socket’s name or is an error of this package', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 130 }), fc.constantFrom('unix://', '@', '/'));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (parts) => {
      try {
        const { kind, path } = parseAddress(parts.join(''));
        expect(Buffer.byteLength(path)).toBeLessThanOrEqual(kind === 'path' ? 107 : 108);
        expect(path).toMatch(kind === 'path' ? /^\/[^\0]*$/ : /^\0[^\0]+\0?$/);
      } catch (error) {
        if (!(error instanceof ShimAddressError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

test.each([undefined, null, 7, {}])('%j is no address', (address) => {
  expect(() => parseAddress(address as never)).toThrow(
    expect.objectContaining({ code: 'ERR_ADDRESS_INVALID', address: undefined }),
  );
});
