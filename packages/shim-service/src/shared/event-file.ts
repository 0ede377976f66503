import { readFileSync } from 'node:fs';
import { isSystemError } from '@shimwright/linux-native';
import { Any } from '@shimwright/shim-api';

/** An event as a file of a spool holds it: a line with the topic, a line with the namespace, then the event. */
export function eventFile(topic: string, namespace: string, event: Any): Buffer {
  return Buffer.concat([Buffer.from(`${topic}\n${namespace}\n`), Any.encode(event).finish()]);
}

/** The parts of such a file, or undefined when there is none. */
export function readEventFile(
  file: string,
): { readonly topic: string; readonly event: Buffer; readonly offset: number } | undefined {
  try {
    const content = readFileSync(file);
    const topicEnd = content.indexOf('\n');
    const offset = content.indexOf('\n', topicEnd + 1) + 1;
    return { topic: content.toString('utf8', 0, topicEnd), event: content.subarray(offset), offset };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
