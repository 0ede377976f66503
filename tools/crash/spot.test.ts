import { expect, test } from 'vitest';
import { callAt, spotIn, spotOf } from './spot.ts';
import { parseTrace } from './system-call.ts';

const first = {
  pid: 41,
  root: '/tmp/r1',
  calls: parseTrace(`41 unlink("/tmp/r1/a") = 0
42 unlink("/tmp/r1/a") = -1 ENOENT (No such file or directory)
41 unlink("/tmp/r1/a") = -1 ENOENT (No such file or directory)
41 unlink("/tmp/r1/b") = 0`),
};

// The same once more, below another root, with a call of somebody else before it.
const again = {
  pid: 51,
  root: '/tmp/r2',
  calls: parseTrace(`51 unlink("/tmp/own") = 0
51 unlink("/tmp/r2/a") = 0
52 unlink("/tmp/r2/a") = -1 ENOENT (No such file or directory)
51 unlink("/tmp/r2/a") = -1 ENOENT (No such file or directory)
51 unlink("/tmp/r2/b") = 0`),
};

test('a call is told by its thread, its looks, and how many like it came before', () => {
  expect(first.calls.map((call) => spotOf(call, first))).toEqual([
    { thread: 'main', as: 'unlink("ROOT/a")', nth: 1 },
    { thread: 'pool', as: 'unlink("ROOT/a")', nth: 1 },
    { thread: 'main', as: 'unlink("ROOT/a")', nth: 2 },
    { thread: 'main', as: 'unlink("ROOT/b")', nth: 1 },
  ]);
});

test('it is found in another trace, though others came before', () => {
  const found = first.calls.map((call) => callAt(spotOf(call, first), again));
  expect(found).toEqual(again.calls.slice(1));
  expect(callAt({ thread: 'pool', as: 'unlink("ROOT/b")', nth: 1 }, again)).toBeUndefined();
});

test('it is told in the trace of one thread as well, which has no ids', () => {
  const calls = parseTrace('unlink("/tmp/r3/a") = 0\nunlink("/tmp/r3/a" <unfinished ...>) = ?\n');
  const hit = calls.find(({ wasInjected }) => wasInjected);
  expect(hit && spotIn(calls, hit, '/tmp/r3')).toEqual({ as: 'unlink("ROOT/a")', nth: 2 });
});
