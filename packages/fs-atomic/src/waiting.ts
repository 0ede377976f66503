/** What a call does with a path. */
export type Kind = 'write' | 'make' | 'delete';

/** The calls that are under way for one path. */
export interface Waiting {
  /** Settles when the last of them is done. */
  last: Promise<void>;
  /** How many there are. */
  count: number;
  /** How many sync calls, which cannot wait, were made meanwhile, and the last of them. */
  overtakers: number;
  overtaker: Kind | undefined;
}
