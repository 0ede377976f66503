import type { Journal } from './journal.ts';
import type { IOKeeper } from './stdio/kept-io.ts';

/** What surrounds the containers of a shim. */
export interface TaskEnvironment {
  /** The namespace of containerd that they are in, which loggers are told. */
  readonly namespace: string;
  /** The log of what happens to them. */
  readonly journal: Journal;
  /** The absolute paths of the programs that `binary://` in stdio may start, or `any`. @default none */
  readonly allowedLoggers?: readonly string[] | 'any' | undefined;
  /** What keeps the stdio of their processes beyond the end of this process. @default nothing */
  readonly keeper?: IOKeeper | undefined;
  /** Whether it is told when the kernel kills a process for want of memory. @default true */
  readonly oomEvents?: boolean | undefined;
}
