import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { assertPlatform, isKernelNewEnough } from './library.ts';

test.each(['5.3.0', '5.10.0-28-amd64', '6.1.0', '10.0.0-rc1'])('Linux %s has all the calls', (release) => {
  expect(isKernelNewEnough(release)).toBe(true);
});

test.each(['5.2.21', '4.19.0-26-amd64', '3.10.0-1160.el7.x86_64', ''])('Linux %j lacks some', (release) => {
  expect(isKernelNewEnough(release)).toBe(false);
});

describe('assertPlatform', () => {
  needs('linux');

  test('returns where everything can be called', () => {
    expect(assertPlatform()).toBeUndefined();
  });
});
