import type { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { Waiting } from './waiting.ts';

/** What all copies of this package in one thread must agree on, whatever realm they run in. */
interface Shared {
  /** Tells this thread from others of the process. To ask Node for its number would load what replaces `chdir`. */
  readonly thread: number;
  /** The hidden names that are worked on. */
  readonly names: Set<string>;
  /** Who waits for a path, by its key. */
  readonly waiting: Map<string, Waiting>;
  /** Who waits for descriptors. */
  readonly slots: { free: number; readonly queue: (() => void)[] };
  /** Tells, within what a caller gave us to run, for which paths it is run. */
  held: AsyncLocalStorage<ReadonlySet<string>> | undefined;
}

// As many as there can be of 64 descriptors, a process's smallest usual limit, when each takes four.
const SLOTS = 8;

const KEY = Symbol.for('@shimwright/fs-atomic: shared by all copies, 1');

// A channel of this name is the same object for all of the thread, in Jest and in `node:vm` as well, which a global
// variable is not. It is ours alone: nothing of anybody else's is touched.
const holder = channel('@shimwright/fs-atomic') as { [KEY]?: Shared };

holder[KEY] ??= {
  thread: Math.floor(Math.random() * 36 ** 4),
  names: new Set(),
  waiting: new Map(),
  slots: { free: SLOTS, queue: [] },
  held: undefined,
};

export const shared: Shared = holder[KEY];
