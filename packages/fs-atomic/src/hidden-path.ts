import path from 'node:path';
import { badArgument } from './arguments.ts';
import { hiddenName } from './hidden-name.ts';
import { hide, show } from './in-use.ts';

/** A path for something that is not ready yet. */
export interface HiddenPath {
  /** Where to make it. */
  readonly path: string;
  /** Ends the protection from sweeps of this thread: to be called once nothing is to be there any more. */
  release(): void;
}

/**
 * A path in the directory that nobody has, out of sight: for what gets its name by a rename or a link once it is
 * ready, such as a socket. Nothing is made there. Once this process is gone, `sweep` removes what is.
 *
 * @param label what it is, for people: a few letters.
 * @throws {AtomicError} `ERR_ATOMIC_ARGUMENT` when the label is empty, or a path of several names.
 */
export function hiddenPath(directory: string, label: string): HiddenPath {
  if (typeof label !== 'string' || label === '' || path.basename(label) !== label || label.includes('\0'))
    throw badArgument('the label must be a name');
  const name = hiddenName(label, 'make');
  hide(name);
  return { path: path.join(directory, name), release: () => show(name) };
}
