import { parseAddress } from '@shimwright/shim-address';
import { TtrpcError } from '@shimwright/ttrpc';
import { expect, test } from 'vitest';
import { ShimHostError, type ShimHostErrorCode } from './errors.ts';
import { errorOfRefusal, refusalOf } from './refusal.ts';

test.each<ShimHostErrorCode>(['ERR_SHIM_ADDRESS', 'ERR_SHIM_ADDRESS_IN_USE'])(
  '%s crosses the wire',
  (code) => {
    const status = refusalOf(new ShimHostError(code, 'what is wrong', { path: '/run/s/web' }));
    expect(status).toBeInstanceOf(TtrpcError);
    expect(errorOfRefusal(status, '/run/s/web')).toMatchObject({
      name: 'ShimHostError',
      ...{ code, message: 'what is wrong', path: '/run/s/web', cause: status },
    });
  },
);

test('an address that is none is one where nobody can listen', () => {
  let refused: unknown;
  try {
    parseAddress('');
  } catch (error) {
    refused = refusalOf(error);
  }
  expect(refused).toMatchObject({ status: 'INVALID_ARGUMENT' });
  expect(errorOfRefusal(refused, '')).toMatchObject({ code: 'ERR_SHIM_ADDRESS' });
});

test('any other failure stays what it is', () => {
  const errors = [new Error('else'), TtrpcError.status('UNAVAILABLE', 'ending')];
  for (const error of errors) {
    expect(refusalOf(error)).toBe(error);
    expect(errorOfRefusal(error, '/')).toBe(error);
  }
});
