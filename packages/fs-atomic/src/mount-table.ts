import fs from 'node:fs';
import { called, outOfDescriptors } from './patience.ts';
import { type Steps, step } from './steps.ts';

/** All that proc(5) tells of each mount. */
export const MOUNTINFO = '/proc/self/mountinfo';

/** What is mounted where, and no more. */
export const MOUNTSTATS = '/proc/self/mountstats';

// Some tens of mounts are read faster than another thread can be asked to; a machine full of containers has thousands.
const MAX_QUICK_BYTES = 16 << 10;
let lastBytes = 0;

/**
 * One of the kernel's lists of mounts, in UTF-8. What is none becomes something else, and no name that a string can hold
 * becomes one.
 */
export function* readTable(file: string): Steps<string> {
  const how = lastBytes > MAX_QUICK_BYTES ? 'promise' : 'sync';
  const text = yield* step<string>({
    how,
    sync: () => fs.readFileSync(file, 'utf8'),
    promise: () => called((answer) => fs.readFile(file, 'utf8', answer), outOfDescriptors),
  });
  lastBytes = text.length;
  return text;
}
