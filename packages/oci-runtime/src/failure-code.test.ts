import { expect, test } from 'vitest';
import { failureCode } from './failure-code.ts';

test.each([
  // runc
  ['container does not exist', 'ERR_RUNTIME_NOT_EXIST'],
  ['exec failed: container does not exist', 'ERR_RUNTIME_NOT_EXIST'],
  ['runc create failed: container with given ID already exists', 'ERR_RUNTIME_EXISTS'],
  ['container with id exists: web', 'ERR_RUNTIME_EXISTS'],
  ['container not running', 'ERR_RUNTIME_STATE'],
  ['container not paused', 'ERR_RUNTIME_STATE'],
  ['container is not running', 'ERR_RUNTIME_STATE'],
  ['container with id web is not running', 'ERR_RUNTIME_STATE'],
  ['cannot start an already running container', 'ERR_RUNTIME_STATE'],
  ['cannot start a container that has stopped', 'ERR_RUNTIME_STATE'],
  ['cannot delete container web that is not stopped: running', 'ERR_RUNTIME_STATE'],
  ['exec failed: cannot exec in a stopped container', 'ERR_RUNTIME_STATE'],
  ['exec failed: cannot exec in a paused container (use --ignore-paused to override)', 'ERR_RUNTIME_STATE'],
  ['os: process already finished', 'ERR_RUNTIME_STATE'],
  ["No help topic for 'features'", 'ERR_RUNTIME_UNSUPPORTED'],
  // crun
  ['error opening file `/run/crun/web/status`: No such file or directory', 'ERR_RUNTIME_NOT_EXIST'],
  ["cannot open directory '/run/crun/web': No such file or directory", 'ERR_RUNTIME_NOT_EXIST'],
  ['container `web` does not exist', 'ERR_RUNTIME_NOT_EXIST'],
  ['container `web` already exists', 'ERR_RUNTIME_EXISTS'],
  ['cannot open `/run/crun/web/exec.fifo`: No such file or directory', 'ERR_RUNTIME_STATE'],
  ['the container `web` is not in `created` or `stopped` state', 'ERR_RUNTIME_STATE'],
  ['the container `web` is not running', 'ERR_RUNTIME_STATE'],
  ['the container `web` is paused', 'ERR_RUNTIME_STATE'],
  ['unknown command checkpoint', 'ERR_RUNTIME_UNSUPPORTED'],
  // what must not be taken for one of these
  ['', 'ERR_RUNTIME_FAILED'],
  ['exec: "web": executable file not found in $PATH', 'ERR_RUNTIME_FAILED'],
  ['open /run/runc/web/state.json: permission denied', 'ERR_RUNTIME_FAILED'],
  ['exec: "/bin/does not exist": no such file or directory', 'ERR_RUNTIME_FAILED'],
  ['chdir `/bundle` failed: No such file or directory', 'ERR_RUNTIME_FAILED'],
  ['cannot set up network: unknown command ip', 'ERR_RUNTIME_FAILED'],
])('%s', (words, code) => {
  expect(failureCode(words)).toBe(code);
});
