import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { messageOf, TtrpcError } from './errors.ts';
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

  test.each([
    ['an error of another realm', runInNewContext("new Error('why')"), 'UNKNOWN'],
    ['an abort of another realm', runInNewContext("({ name: 'AbortError', message: 'why' })"), 'CANCELLED'],
    ['a rejection without a prototype', Object.assign(Object.create(null), { message: 'why' }), 'UNKNOWN'],
    ['a status that only HTTP knows', Object.assign(new Error('why'), { status: 404 }), 'UNKNOWN'],
  ])('%s has a status then, and its message', (_, reason, status) => {
    expect(TtrpcError.from(reason)).toMatchObject({ status, message: 'why', cause: reason });
  });

  test('the error of another copy of the package keeps its status, message and details', () => {
    const details = [{ typeUrl: 'type.googleapis.com/a', value: Buffer.of(1) }];
    const other = Object.assign(new Error('why'), { code: 'ERR_TTRPC_STATUS', status: 'NOT_FOUND', details });
    const error = TtrpcError.from(other);
    expect(error).toBeInstanceOf(TtrpcError);
    expect(error).toMatchObject({ status: 'NOT_FOUND', message: 'why', details, cause: other });
  });

  test.each([
    undefined,
    null,
    5,
    Symbol('why'),
    Object.create(null),
    new Proxy({}, { get: fail }),
    new Proxy({}, { getPrototypeOf: fail }),
  ])('anything that can be thrown has a message: %#', (reason) => {
    expect(TtrpcError.from(reason).message).toBe(messageOf(reason));
    expect(typeof messageOf(reason)).toBe('string');
  });
});

test('a status name that gRPC does not define is UNKNOWN, with the message', () => {
  const error = TtrpcError.status('NOT_FUOND' as 'NOT_FOUND', 'no such container');
  expect(error).toMatchObject({ status: 'UNKNOWN', message: 'no such container' });
  expect(TtrpcError.from(error)).toBe(error);
});

function fail(): never {
  throw new Error('it may not be looked at');
}
