import { EventExchangeError } from './errors.ts';
import { shown } from './shown.ts';

// The rules of containerd's identifiers package, which hold for namespaces and for each component of a topic.
const MAX_LENGTH = 76;
const IDENTIFIER = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;

/**
 * Makes sure that containerd would take this namespace.
 *
 * @throws {EventExchangeError} `ERR_EVENT_NAMESPACE`.
 */
export function validateNamespace(namespace: unknown): asserts namespace is string {
  const problem = typeof namespace === 'string' ? problemOf(namespace) : 'must be a string';
  if (problem === undefined) return;
  throw new EventExchangeError('ERR_EVENT_NAMESPACE', `the namespace ${shown(namespace)} ${problem}`);
}

/**
 * Makes sure that containerd would take this topic: `/` and an identifier, as often as you like.
 *
 * @throws {EventExchangeError} `ERR_EVENT_TOPIC`.
 */
export function validateTopic(topic: unknown): asserts topic is string {
  const problem = topicProblem(topic);
  if (problem === undefined) return;
  throw new EventExchangeError('ERR_EVENT_TOPIC', `the topic ${shown(topic)} ${problem}`);
}

function topicProblem(topic: unknown): string | undefined {
  if (typeof topic !== 'string') return 'must be a string';
  if (!topic.startsWith('/')) return 'must begin with "/"';
  if (topic === '/') return 'must have at least one component';
  for (const component of topic.slice(1).split('/')) {
    const problem = problemOf(component);
    if (problem !== undefined) return `has a component ${shown(component)}, which ${problem}`;
  }
  return undefined;
}

function problemOf(identifier: string): string | undefined {
  if (identifier === '') return 'must not be empty';
  if (identifier.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (!IDENTIFIER.test(identifier))
    return 'must be ASCII letters and digits, with single ".", "_" or "-" between them';
  return undefined;
}
