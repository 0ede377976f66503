import { expect, test } from 'vitest';
import { statusCode, statusName, statusNames } from './status.ts';

// The numbers of https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
const CODES = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  UNAUTHENTICATED: 16,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
} as const;

test.each(Object.entries(CODES))('%s is %i', (name, code) => {
  expect(statusName(code)).toBe(name);
  expect(statusCode(name as keyof typeof CODES)).toBe(code);
});

test('there are no others', () => {
  expect(statusNames).toHaveLength(Object.keys(CODES).length);
  for (const code of [17, -1, 1.5, Number.NaN]) expect(statusName(code)).toBe('UNKNOWN');
});
