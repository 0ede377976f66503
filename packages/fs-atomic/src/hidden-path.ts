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
 * Returns an unused, hidden path in the directory, for something that gets its name by a rename or a link once it is
 * ready, such as a socket. Nothing is created. After this process is gone, `sweep` removes what is there.
 *
 * @param label a few letters that tell people what it is.
 * @throws {AtomicError} `ERR_ATOMIC_ARGUMENT` if the label is empty or holds a slash.
 */
export function hiddenPath(directory: string, label: string): HiddenPath {
  if (typeof label !== 'string' || label === '' || path.basename(label) !== label || label.includes('\0'))
    throw badArgument('the label must be a name');
  const name = hiddenName(label, 'make');
  hide(name);
  return { path: path.join(directory, name), release: () => show(name) };
}
