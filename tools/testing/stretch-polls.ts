import { expect } from 'vitest';
import { stretched } from './slowness.ts';

// Tests say how long they wait on a machine that is as quick as most; the configuration cannot stretch that.
const { poll } = expect;
expect.poll = (fn, options = {}) => poll(fn, stretched(options));
