import { decodeEvent, type ShimApiErrorCode, type TaskEvent, type TaskStdio } from '@shimwright/shim-api';
import type { EventEnvelope } from './event-envelope.ts';

/** A field's text, by the rest of the path; undefined or empty when it is not set. */
type ReadField<Message> = (message: Message, rest: readonly string[]) => string | undefined;
type Fields<Message> = Readonly<Record<string, ReadField<Message>>>;

const containerId = { container_id: (message: { readonly containerId: string }) => message.containerId };
const id = { id: (message: { readonly id: string }) => message.id };
const execId = { exec_id: (message: { readonly execId: string }) => message.execId };
const checkpoint = { checkpoint: (message: { readonly checkpoint: string }) => message.checkpoint };

const ioFields: Fields<TaskStdio> = {
  stdin: ({ stdin }) => stdin,
  stdout: ({ stdout }) => stdout,
  stderr: ({ stderr }) => stderr,
  terminal: ({ terminal }) => String(terminal),
};

// Those that containerd lets filters see: text, and a single flag; neither numbers nor times.
const eventFields: { readonly [Event in TaskEvent as Event['type']]: Fields<Event['message']> } = {
  'containerd.events.TaskCreate': {
    ...containerId,
    ...checkpoint,
    bundle: ({ bundle }) => bundle,
    io: ({ io }, rest) => io && readField(ioFields, io, rest),
  },
  'containerd.events.TaskStart': containerId,
  'containerd.events.TaskDelete': { ...containerId, ...id },
  'containerd.events.TaskExit': { ...containerId, ...id },
  'containerd.events.TaskOOM': containerId,
  'containerd.events.TaskExecAdded': { ...containerId, ...execId },
  'containerd.events.TaskExecStarted': { ...containerId, ...execId },
  'containerd.events.TaskPaused': containerId,
  'containerd.events.TaskResumed': containerId,
  'containerd.events.TaskCheckpointed': { ...containerId, ...checkpoint },
};

/** What `decodeEvent` throws; by its code, since another copy of the package has another class. */
const unreadable: ReadonlySet<unknown> = new Set<ShimApiErrorCode>([
  'ERR_SHIM_API_TYPE',
  'ERR_SHIM_API_INVALID',
]);

/** An envelope as filters see it. The event is decoded when the first of them asks for a field of it, and only once. */
export class EventSubject {
  readonly #envelope: EventEnvelope;
  #event: TaskEvent | null | undefined;

  constructor(envelope: EventEnvelope) {
    this.#envelope = envelope;
  }

  /**
   * The text at a path, such as `event`, `container_id`; undefined where containerd has nothing either. What follows
   * the name of a plain field is ignored, as containerd does.
   */
  field([name, ...rest]: readonly string[]): string | undefined {
    if (name === 'namespace') return this.#envelope.namespace;
    if (name === 'topic') return this.#envelope.topic;
    if (name !== 'event') return undefined;
    if (this.#event === undefined) this.#event = decoded(this.#envelope);
    return this.#event ? readEvent(this.#event, rest) : undefined;
  }
}

function readEvent({ type, message }: TaskEvent, path: readonly string[]): string | undefined {
  return readField(eventFields[type] as Fields<TaskEvent['message']>, message, path);
}

function readField<Message>(
  fields: Fields<Message>,
  message: Message,
  [name = '', ...rest]: readonly string[],
): string | undefined {
  const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return read?.(message, rest) || undefined;
}

/** The event, or null when it is none of a task: containerd has no fields for what it cannot decode either. */
function decoded({ event }: EventEnvelope): TaskEvent | null {
  try {
    return decodeEvent(event);
  } catch (error) {
    if (unreadable.has((error as { readonly code?: unknown } | undefined)?.code)) return null;
    throw error;
  }
}
