import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recorded } from '../test/fixtures/golden-vectors.ts';
import { decideShimAddress, decideShimAddressSync } from './decide-shim-address.ts';
import { sharedShimSocket } from './shared-shim-socket.ts';
import { legacyShimAddress, shimAddress } from './shim-address.ts';

const { address: vectors } = await recorded();

test('addresses are those of containerd, however odd the parts', () => {
  const ours = vectors.map((vector) => ({
    ...vector,
    address: shimAddress(vector),
    legacy: legacyShimAddress(vector),
  }));
  expect(ours).toEqual(vectors);
});

const identity = { daemonAddress: '/run/d.sock', namespace: 'moby', id: 'web' };

test('an address is the scheme, the socket root, and a hash of what identifies the shim', () => {
  const digest = createHash('sha256').update('/run/d.sock/moby/web').digest('hex');
  expect(shimAddress(identity)).toBe(`unix:///run/containerd/s/${digest}`);
  expect(shimAddress({ ...identity, socketRoot: '/srv//x/' })).toBe(`unix:///srv/x/s/${digest}`);
});

test('an address is short enough for a socket, however long what it is made from', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5000 }), fc.string(), fc.string(), (id, namespace, daemonAddress) => {
      expect(shimAddress({ id, namespace, daemonAddress })).toMatch(
        /^unix:\/\/\/run\/containerd\/s\/[0-9a-f]{64}$/,
      );
    }),
  );
});

test('the longest socket root has 39 bytes', () => {
  const root = `/${'é'.repeat(19)}`;
  expect(Buffer.byteLength(root)).toBe(39);
  expect(shimAddress({ ...identity, socketRoot: root })).toContain(root);
  expect(() => shimAddress({ ...identity, socketRoot: `${root}x` })).toThrow(
    expect.objectContaining({ code: 'ERR_ADDRESS_TOO_LONG' }),
  );
});

test.each(['', 'run', './run', '../run'])('a socket root must be absolute: %j', (socketRoot) => {
  expect(() => shimAddress({ ...identity, socketRoot })).toThrow(
    expect.objectContaining({ code: 'ERR_ADDRESS_INVALID' }),
  );
});

test.each([
  ['daemonAddress', { ...identity, daemonAddress: undefined }],
  ['namespace', { ...identity, namespace: null }],
  ['id', { ...identity, id: 7 }],
  ['id', { ...identity, id: '\ud800' }],
])('a %s that is no text is refused, for two shims would share an address', (option, parts) => {
  const refusal = expect.objectContaining({
    code: 'ERR_ADDRESS_ARGUMENT',
    message: expect.stringContaining(option),
  });
  expect(() => shimAddress(parts as never)).toThrow(refusal);
  if (option !== 'daemonAddress') expect(() => legacyShimAddress(parts as never)).toThrow(refusal);
});

test.each([undefined, null, 5])('options that are %o are refused', async (options) => {
  const refusal = expect.objectContaining({ code: 'ERR_ADDRESS_ARGUMENT' });
  for (const take of [shimAddress, legacyShimAddress, sharedShimSocket, decideShimAddressSync])
    expect(() => take(options as never)).toThrow(refusal);
  await expect(decideShimAddress(options as never)).rejects.toEqual(refusal);
});

test('a socket root may be a URL', () => {
  expect(shimAddress({ ...identity, socketRoot: new URL('file:///srv/x%20y') })).toContain(
    'unix:///srv/x y/s/',
  );
});
