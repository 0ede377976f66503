import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isSystemError, systemError } from './system-error.ts';

function thrownBy(call: () => void): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test('a system error is in every field and word what Node throws', () => {
  const nodes = thrownBy(() => mkdirSync('/proc'));
  const ours = systemError(17, 'mkdir', { path: '/proc' });
  expect(ours.message).toBe(nodes.message);
  expect({ ...ours }).toEqual({ ...nodes });
});

test('two paths are shown with an arrow, as Node shows them', () => {
  expect(systemError(2, 'mount', { path: 'a', dest: 'b' }).message).toBe(
    "ENOENT: no such file or directory, mount 'a' -> 'b'",
  );
});

test('an error that Node has no words for still has its name, and an unknown one its number', () => {
  expect(systemError(10, 'waitpid')).toMatchObject({ code: 'ECHILD', errno: -10, syscall: 'waitpid' });
  expect(systemError(117, 'mount').message).toBe('E117: error 117 of the system, mount');
});

test('only a system error with one of the codes is taken for one', () => {
  expect(isSystemError(systemError(2, 'mount'), 'EINVAL', 'ENOENT')).toBe(true);
  expect(isSystemError(systemError(2, 'mount'), 'EINVAL')).toBe(false);
  expect(isSystemError(Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT')).toBe(false);
});
