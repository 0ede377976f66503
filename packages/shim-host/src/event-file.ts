import { readFileSync } from 'node:fs';
import { Any } from '@shimwright/shim-api';
import { hasCode } from './errors.ts';

/** What a file of a spool holds: a line with the topic, a line with the namespace, then the event. */
export interface EventFile {
  /** What happened, for example `/tasks/exit`. */
  readonly topic: string;
  /** The namespace of the container. */
  readonly namespace: string;
  /** The event itself. */
  readonly event: Any;
  /** Where the event begins, in bytes. */
  readonly offset: number;
}

/** The bytes of such a file; `publish.sh` writes the same. */
export function eventFile({ topic, namespace, event }: Omit<EventFile, 'offset'>): Buffer {
  return Buffer.concat([Buffer.from(`${topic}\n${namespace}\n`), Any.encode(event).finish()]);
}

/** @throws an error for what is no such file. */
export function parseEventFile(content: Buffer): EventFile {
  const topicEnd = content.indexOf('\n');
  const namespaceEnd = content.indexOf('\n', topicEnd + 1);
  if (topicEnd < 1 || namespaceEnd <= topicEnd + 1) throw new SyntaxError('no topic and namespace lines');
  return {
    topic: content.toString('utf8', 0, topicEnd),
    namespace: content.toString('utf8', topicEnd + 1, namespaceEnd),
    event: Any.decode(content.subarray(namespaceEnd + 1)),
    offset: namespaceEnd + 1,
  };
}

/** What such a file says; undefined when there is none. @throws an error for another kind of file. */
export function readEventFile(file: string): EventFile | undefined {
  try {
    return parseEventFile(readFileSync(file));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
