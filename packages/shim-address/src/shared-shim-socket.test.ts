import { describe, expect, test } from 'vitest';
import { sharedShimSocket, shimAddress } from './index.ts';

describe('sharedShimSocket', () => {
  const daemonAddress = '/run/manager.sock';

  test('is below the socket root, one for a manager', () => {
    const socket = sharedShimSocket({ daemonAddress, socketRoot: '/run/mine' });
    expect(socket).toMatch(/^\/run\/mine\/s\/shared-[0-9a-f]{32}$/);
    expect(sharedShimSocket({ daemonAddress: '/run//x/../manager.sock', socketRoot: '/run/mine' })).toBe(
      socket,
    );
    expect(sharedShimSocket({ daemonAddress })).toMatch(/^\/run\/containerd\/s\/shared-/);
  });

  test('differs by manager and by group', () => {
    const all = [
      sharedShimSocket({ daemonAddress }),
      sharedShimSocket({ daemonAddress, group: 'a' }),
      sharedShimSocket({ daemonAddress, group: 'b' }),
      sharedShimSocket({ daemonAddress: '/run/other.sock' }),
      sharedShimSocket({ daemonAddress: '/run/manager.sock/a' }),
      shimAddress({ daemonAddress, namespace: '', id: '' }).slice('unix://'.length),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test.each([
    ['relative', 'ERR_ADDRESS_INVALID'],
    [`/${'x'.repeat(80)}`, 'ERR_ADDRESS_TOO_LONG'],
  ])('refuses the socket root %s', (socketRoot, code) => {
    expect(() => sharedShimSocket({ daemonAddress, socketRoot })).toThrow(expect.objectContaining({ code }));
  });
});
