/** A signal that follows another one until it is let go. */
export interface FollowedSignal {
  /** Undefined where there is none to follow. */
  readonly signal: AbortSignal | undefined;
  /** From now on an abort has no effect. */
  readonly letGo: () => void;
}

/**
 * Follows a signal up to the point of no return.
 *
 * @throws the reason, where the signal is aborted already.
 */
export function followSignal(signal: AbortSignal | undefined): FollowedSignal {
  if (!signal) return { signal: undefined, letGo: () => {} };
  signal.throwIfAborted();
  const following = new AbortController();
  const abort = () => following.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return { signal: following.signal, letGo: () => signal.removeEventListener('abort', abort) };
}
