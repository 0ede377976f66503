import type { StandardStreams } from '../processes/descriptors.ts';

/** One call to a runtime. */
export interface Invocation {
  /** The runtime's word for it, such as `create`. */
  readonly call: string;
  /** The container concerned. */
  readonly id?: string | undefined;
  /** What follows the word: options, then operands. */
  readonly args: (files: InvocationFiles) => readonly string[];
  /** The standard streams of the runtime. */
  readonly standard: StandardStreams;
  /** Descriptors the runtime hands over, from 3 on. */
  readonly preserved?: readonly number[] | undefined;
  /** Whether its stdout is read line by line as it comes, and not collected. */
  readonly streams?: boolean | undefined;
  /** What it makes, which an abort takes back. */
  readonly makes?: Making | undefined;
}

/** What a call makes. */
interface Making {
  /** A container, or a process in one. */
  readonly kind: 'container' | 'process';
  /** Whether the runtime ends as soon as it is made. */
  readonly isDetached: boolean;
  /** Where its process id is wanted; in a temporary file when undefined. */
  readonly pidFile?: string | undefined;
}

/** The files an invocation can name in its arguments. */
export interface InvocationFiles {
  /** Where the process id goes. */
  readonly pidFile: string;
  /** Writes a text to a file that only the runtime can read, and gives its path. */
  readonly writeInput: (text: string) => string;
}
