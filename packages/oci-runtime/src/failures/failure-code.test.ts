import { expect, test } from 'vitest';
import { failureCode } from './failure-code.ts';

const stateDirectories = ['/run/crun', '/run/user/0/crun'];

// Those of versions that no recording of failure.test.ts has, and of calls that make nothing.
test.each([
  ['start', 'container "web" does not exist', 'ERR_RUNTIME_NOT_EXIST'],
  [
    'start',
    'error opening file `/run/user/0/crun/web/status`: No such file or directory',
    'ERR_RUNTIME_NOT_EXIST',
  ],
  ['delete', "cannot open directory '/run/crun/web': No such file or directory", 'ERR_RUNTIME_NOT_EXIST'],
  ['create', 'container with id exists: web', 'ERR_RUNTIME_EXISTS'],
  ['exec', 'container is not running', 'ERR_RUNTIME_STATE'],
  ['events', 'container with id web is not running', 'ERR_RUNTIME_STATE'],
  ['kill', 'os: process already finished', 'ERR_RUNTIME_STATE'],
  ['kill', 'kill `web`: No such process', 'ERR_RUNTIME_STATE'],
  ['kill', 'open pidfd: No such process', 'ERR_RUNTIME_STATE'],
  ['kill', 'container not running: No such process', 'ERR_RUNTIME_STATE'],
  ['kill', 'process not running: No such process', 'ERR_RUNTIME_STATE'],
  ['features', "No help topic for 'features'\n", 'ERR_RUNTIME_UNSUPPORTED'],
  ['checkpoint', 'unknown command checkpoint', 'ERR_RUNTIME_UNSUPPORTED'],
  ['features', "error: unrecognized subcommand 'features'\n\nUsage: youki", 'ERR_RUNTIME_UNSUPPORTED'],
])('%s: %s', (call, words, code) => {
  expect(failureCode(words, { call, id: 'web', stateDirectories })).toBe(code);
});

test.each([
  ['start', ''],
  ['start', 'open /run/runc/web/state.json: permission denied'],
  ['start', 'exec: "web": executable file not found in $PATH'],
  ['start', 'chdir `/bundle` failed: No such file or directory'],
  ['start', 'unable to start: container does not exist'],
  ['start', 'container does not exist: web'],
  ['start', 'a line\ncontainer does not exist'],
  ['start', 'container `other` does not exist'],
  ['start', 'container webx does not exist'],
  ['start', 'error opening file `/tmp/web/status`: No such file or directory'],
  ['start', 'error opening file `/run/crun/other/status`: No such file or directory'],
  ['start', 'container with given ID already exists'],
  ['start', 'unknown command ip'],
  ['create', 'container does not exist'],
  ['create', 'runc create failed: container does not exist'],
  ['create', 'container not running'],
  ['run', 'cannot open `/run/crun/web/exec.fifo`: No such file or directory'],
])('%s: "%s" is no more than a failure', (call, words) => {
  expect(failureCode(words, { call, id: 'web', stateDirectories })).toBe('ERR_RUNTIME_FAILED');
});

test('an id and a directory are taken by the letter', () => {
  const asked = { call: 'state', id: 'a.b+c', stateDirectories: ['/run/(x)'] };
  const missing = (file: string) => `error opening file \`${file}\`: No such file or directory`;
  expect(failureCode(missing('/run/(x)/a.b+c/status'), asked)).toBe('ERR_RUNTIME_NOT_EXIST');
  expect(failureCode(missing('/run/x/a.b+c/status'), asked)).toBe('ERR_RUNTIME_FAILED');
  expect(failureCode(missing('/run/(x)/aXbbc/status'), asked)).toBe('ERR_RUNTIME_FAILED');
});
