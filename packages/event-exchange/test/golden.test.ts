import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answers, askGo, type SubscribedAnswer } from '../../../tools/golden-filters/golden-filters.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { EventExchange } from '../src/index.ts';
import { goldenQuestions } from './fixtures/golden-questions.ts';
import { matchesOf, subscribed, tried } from './fixtures/our-answers.ts';

const recorded: Answers = JSON.parse(await readFile(new URL('golden.json', import.meta.url), 'utf8'));
const { names, envelopes, filters, patterns, texts } = goldenQuestions;

describe('the recorded answers', () => {
  needs('command go');

  test('are still what containerd’s own exchange and filters answer', async () => {
    expect(await askGo(goldenQuestions)).toEqual(recorded);
  });
});

describe('the exchange answers as containerd does', () => {
  test.each(names.map((name, index) => [name, index] as const))('to the name %j', (name, index) => {
    const passes = (namespace: string, topic: string) =>
      tried(() =>
        new EventExchange().forward({
          timestamp: { seconds: 1, nanos: 0 },
          namespace,
          topic,
          event: { typeUrl: '', value: new Uint8Array() },
        }),
      );
    expect(passes(name, '/ok')).toBe(recorded.namespaces[index] ? undefined : 'ERR_EVENT_NAMESPACE');
    expect(passes('ok', name)).toBe(recorded.topics[index] ? undefined : 'ERR_EVENT_TOPIC');
  });

  test.each(filters.map((all, index) => [all, index] as const))('to the filters %j', (all, index) => {
    expect(subscribed(all, envelopes)).toEqual(recorded.filters[index]);
  });

  test.each(patterns.map((pattern, index) => [pattern, index] as const))(
    'to the pattern %j',
    (pattern, index) => {
      expect(matchesOf(pattern, texts)).toEqual(recorded.patterns[index]);
    },
  );
});

describe('what nobody thought of', () => {
  needs('command go');

  test('is a filter to containerd and to us, or to neither, and fails at the same place', async () => {
    const filter = fc.array(fc.constantFrom(...filterParts), { maxLength: 9 }).map((parts) => parts.join(''));
    const sample = fc.sample(filter, 5_000).filter((one) => !isOurs(one));
    const answers = await askGo({ ...goldenQuestions, filters: sample.map((one) => [one]) });
    const given = sample.map((one) => [one, subscribed([one], envelopes)] as const);
    expect(given).toEqual(sample.map((one, index) => [one, answers.filters[index] as SubscribedAnswer]));
  });

  test('matches the same texts in Go’s regular expressions and in ours', async () => {
    const pattern = fc
      .array(fc.constantFrom(...patternParts), { maxLength: 8 })
      .map((parts) => parts.join(''));
    const sample = fc.sample(pattern, 5_000);
    const answers = await askGo({ ...goldenQuestions, filters: [], patterns: sample });
    const given = sample.map((one) => [one, matchesOf(one, texts)] as const);
    expect(given).toEqual(sample.map((one, index) => [one, answers.patterns[index]]));
  });
});

// The one thing that we take and containerd does not: see the README.
const isOurs = (filter: string) => /[=!]=\p{White_Space}*\//u.test(filter);

const filterParts = [
  'topic',
  'event',
  'container_id',
  'id',
  'web',
  'namespace==default',
  'event.id',
  '.',
  ',',
  '==',
  '!=',
  '~=',
  '=',
  '"',
  '/',
  '|',
  '"web"',
  '"a\\x62"',
  '|a|',
  '/oom/',
  ' ',
  '\t',
  '\\',
  '\\n',
  'é',
  '\ud83d\udc33',
  "'",
  '\u0001',
  '\0',
  '\ufffd',
  '-',
  '\u2003',
  '\n',
] as const;

const patternParts = [
  'a',
  'b',
  'A',
  'web',
  '-',
  '1',
  '.',
  '^',
  '$',
  '|',
  '(',
  ')',
  '(?:',
  '(?i)',
  '(?m',
  '(?s:',
  '(?-i:',
  '(?P<n>',
  '[',
  ']',
  '[^',
  'a-z',
  '[a-z]',
  '\\d',
  '\\W',
  '\\s',
  '\\b',
  '\\B',
  '\\A',
  '\\z',
  '\\pL',
  '\\p{Lu}',
  '\\PL',
  '[:alpha:]',
  '[[:^space:]]',
  '*',
  '+',
  '?',
  '{2}',
  '{1,2}',
  '{0,}',
  '{',
  '}',
  ',',
  '\\',
  '\\x61',
  '\\x{e9}',
  '\\141',
  '\\n',
  '\n',
  '\\Q',
  '\\E',
  'é',
  '\u017f',
  'k',
] as const;
