import { expect, test } from 'vitest';
import { makeReference } from './reference.ts';

test('everything that can be imported is documented, and every link in that leads somewhere', async () => {
  expect(await makeReference()).toEqual([]);
});
