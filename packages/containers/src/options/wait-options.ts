/** What ends a call of a container. */
export interface WaitOptions {
  /** Gives up waiting; the container is left as it is. */
  readonly signal?: AbortSignal | undefined;
}
