import { expect, test } from 'vitest';
import { failureProblems, finalProblems, killProblems } from './expectations.ts';
import type { Operation } from './operations.ts';
import type { Snapshot } from './snapshot.ts';
import type { Report } from './subject.ts';

const operation: Operation = {
  prepare: async () => {},
  promise: async () => {},
  roots: ['d'],
  units: ['d/one'],
  failed: 'before',
};

const tree = (files: Readonly<Record<string, string>>): Snapshot =>
  new Map([['d', 'directory'], ...Object.entries(files)]);
const before = tree({ 'd/one': 'file old', 'd/another': 'file stays' });
const after = tree({ 'd/one': 'file new', 'd/another': 'file stays' });

test.each([
  ['as before', before, 0],
  ['as afterwards', after, 0],
  ['as before, and something hidden', new Map([...before, ['d/.one.write~a-b-0-abcdefgh', 'file ne']]), 0],
  ['a part of the new content', tree({ 'd/one': 'file ne', 'd/another': 'file stays' }), 1],
  ['neither content', tree({ 'd/another': 'file stays' }), 1],
  ['something else changed', tree({ 'd/one': 'file old', 'd/another': 'file' }), 1],
  ['something else made', new Map([...before, ['d/two', 'file']]), 1],
])('a kill that left it %s: %s', (_, found, problems) => {
  expect(killProblems(operation, { before, after, found })).toHaveLength(problems);
});

const error = (facts: Partial<Report>): Report => ({
  ...{ name: 'Error', message: '', code: 'EIO', path: '/r/d/one', causes: [] },
  ...facts,
});

test.each<[string, Report | undefined, Snapshot, number]>([
  ['tells of it, and left all as before', error({}), before, 0],
  ['tells of it by its cause', error({ code: 'ERR_OTHER', path: undefined, causes: [error({})] }), before, 0],
  ['tells of another errno', error({ code: 'ENOENT' }), before, 1],
  ['tells of no path', error({ path: undefined }), before, 1],
  ['tells of a hidden path', error({ path: '/r/d/.one.write~a-b-0-abcdefgh' }), before, 1],
  ['tells of a descriptor', error({ path: '/proc/self/fd/21' }), before, 1],
  ['has changed all', error({}), after, 1],
  [
    'left something hidden that a sweep does not remove',
    error({}),
    new Map([...before, ['d/.one.make~a', '']]),
    1,
  ],
  ['has succeeded', undefined, after, 0],
  ['claims to have succeeded', undefined, before, 1],
])('a call that %s', (_, thrown, found, problems) => {
  const outcome = { endedBy: undefined, error: thrown };
  const facts = { root: '/r', errno: 'EIO', goesOn: false, outcome, before, after, found, left: found };
  expect(failureProblems(operation, facts)).toHaveLength(problems);
});

test('a call that ends the whole process', () => {
  const outcome = { endedBy: 'SIGABRT' };
  const facts = {
    root: '/r',
    errno: 'EIO',
    goesOn: false,
    outcome,
    before,
    after,
    found: before,
    left: before,
  };
  expect(failureProblems(operation, facts)).toEqual(['the process was ended by SIGABRT']);
});

test('what is left in the end', () => {
  const deletion: Operation = { ...operation, gone: ['d/one'] };
  expect(finalProblems(operation, { after, found: after })).toEqual([]);
  expect(finalProblems(operation, { after, found: before })).toHaveLength(1);
  expect(finalProblems(operation, { after, found: new Map([...after, ['d/.x.make~a', '']]) })).toHaveLength(
    1,
  );
  expect(finalProblems(deletion, { after, found: after })).toHaveLength(1);
  expect(finalProblems(deletion, { after, found: tree({ 'd/another': 'file stays' }) })).toEqual([]);
});
