/** The codes that a program can check. */
export type EventExchangeErrorCode =
  | 'ERR_EVENT_NAMESPACE'
  | 'ERR_EVENT_TOPIC'
  | 'ERR_EVENT_ENVELOPE'
  | 'ERR_EVENT_FILTER'
  | 'ERR_EVENT_ARGUMENT';

/** Details of an error, where they are known. */
export interface EventExchangeErrorFacts {
  /** The filter concerned. */
  readonly filter?: string;
  /** Where in the filter, as an index of the string. */
  readonly position?: number;
}

/**
 * The errors that this package names itself. Check `code`; messages are for people and may change.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_EVENT_NAMESPACE` | not a namespace that containerd would take |
 * | `ERR_EVENT_TOPIC` | not a topic that containerd would take, such as `/tasks/exit` |
 * | `ERR_EVENT_ENVELOPE` | the time or the event is missing, or is none |
 * | `ERR_EVENT_FILTER` | not a filter; see `filter` and `position` |
 * | `ERR_EVENT_ARGUMENT` | an option or a source is not what it must be |
 */
export class EventExchangeError extends Error {
  static {
    EventExchangeError.prototype.name = 'EventExchangeError';
  }
  /** What went wrong. */
  readonly code: EventExchangeErrorCode;
  /** The filter concerned; undefined for the other codes. */
  readonly filter: string | undefined;
  /** The index in the filter of what is wrong, 0 for its first character; undefined for the other codes. */
  readonly position: number | undefined;

  constructor(
    code: EventExchangeErrorCode,
    message: string,
    facts: EventExchangeErrorFacts & ErrorOptions = {},
  ) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.filter = facts.filter;
    this.position = facts.position;
  }
}

/** Whether this package, or another copy of it, has thrown it. */
export function isEventExchangeError(error: unknown): error is EventExchangeError {
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown };
  return name === 'EventExchangeError' && typeof code === 'string' && code.startsWith('ERR_EVENT_');
}
