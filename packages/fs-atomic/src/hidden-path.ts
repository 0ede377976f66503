import path from 'node:path';
import { hiddenSibling } from './hidden-name.ts';
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
 */
export function hiddenPath(directory: string, label: string): HiddenPath {
  const hidden = hiddenSibling(path.join(directory, label), 'make');
  hide(hidden);
  return { path: hidden, release: () => show(hidden) };
}
