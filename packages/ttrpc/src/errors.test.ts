import { describe, expect, test } from 'vitest';
import { TtrpcError } from './errors.ts';
import { statusNames } from './status.ts';

test.each(statusNames)('an error with the status %s says so', (status) => {
  const cause = new Error('the reason');
  const error = TtrpcError.status(status, 'message', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'TtrpcError',
    code: 'ERR_TTRPC_STATUS',
    status,
    message: 'message',
    cause,
  });
});

test('an error without a status has none, and no cause where none was given', () => {
  const error = new TtrpcError('ERR_TTRPC_CLOSED', 'message');
  expect(error.status).toBeUndefined();
  expect(error).not.toHaveProperty('cause');
});

describe('TtrpcError.from', () => {
  test('gives an error that has a status back', () => {
    const error = TtrpcError.status('NOT_FOUND', 'message');
    expect(TtrpcError.from(error)).toBe(error);
  });

  test.each([
    ['an error', new Error('why'), 'UNKNOWN'],
    ['an error without a status', new TtrpcError('ERR_TTRPC_CLOSED', 'why'), 'UNKNOWN'],
    ['a status that is no error', TtrpcError.status('OK', 'why'), 'UNKNOWN'],
    ['what is no error', 'why', 'UNKNOWN'],
    ['an abort', new DOMException('why', 'AbortError'), 'CANCELLED'],
    ['a timeout', new DOMException('why', 'TimeoutError'), 'DEADLINE_EXCEEDED'],
    ['a message that is too large', new TtrpcError('ERR_TTRPC_TOO_LARGE', 'why'), 'RESOURCE_EXHAUSTED'],
  ])('%s has a status then, its message and itself as the cause', (_, reason, status) => {
    const expected = { code: 'ERR_TTRPC_STATUS', status, message: 'why', cause: reason };
    expect(TtrpcError.from(reason)).toMatchObject(expected);
  });
});
