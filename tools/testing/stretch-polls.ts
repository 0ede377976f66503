import { expect } from 'vitest';
import { slowness } from './slowness.ts';

// Tests say how long they wait for a machine that is as quick as most; the configuration cannot stretch that.
const { poll } = expect;
expect.poll = (fn, { timeout, ...options } = {}) =>
  poll(fn, timeout === undefined ? options : { ...options, timeout: timeout * slowness() });
