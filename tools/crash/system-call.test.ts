import { expect, test } from 'vitest';
import { changesSomething, mayFail, parseTrace, type SystemCall, sameAgain } from './system-call.ts';

const OF_ONE_THREAD = `mkdir("/tmp/r1/b", 0711) = 0
openat(AT_FDCWD</work>, "/tmp/r1/b/f", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 21</tmp/r1/b/f>
openat(AT_FDCWD</work>, "/tmp/r1/b/g", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)
write(21</tmp/r1/b/f>, ""..., 3)       = -1 ENOSPC (No space left on device) (INJECTED)
--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=7} ---
rename("/tmp/r1/b/f", "/tmp/r1/b/h" <unfinished ...>) = ?
+++ killed by SIGKILL +++
`;

const OF_TWO_THREADS = `41 unlink("/tmp/r1/a" <unfinished ...>
42 write(17<anon_inode:[eventfd]>, ""..., 8) = 8
41 <... unlink resumed>)                = -1 EIO (Input/output error) (INJECTED)
42    unlink("/tmp/r1/b") = 0
41 unlink("/tmp/r1/c") = 0
`;

test('the calls of one thread, each with its name and how many came before', () => {
  expect(parseTrace(OF_ONE_THREAD).map(({ name, when, wasInjected }) => [name, when, wasInjected])).toEqual([
    ['mkdir', 1, false],
    ['openat', 1, false],
    ['openat', 2, false],
    ['write', 1, true],
    ['rename', 1, true],
  ]);
});

test('the calls of two threads, each counted by itself, and what ended later belongs to its beginning', () => {
  expect(
    parseTrace(OF_TWO_THREADS).map(({ thread, name, when, wasInjected }) => [
      thread,
      name,
      when,
      wasInjected,
    ]),
  ).toEqual([
    ['41', 'unlink', 1, true],
    ['42', 'write', 1, false],
    ['42', 'unlink', 1, false],
    ['41', 'unlink', 2, false],
  ]);
});

test('an empty trace has no calls', () => {
  expect(parseTrace('')).toEqual([]);
});

/** The only call in a line of a trace. */
function callIn(line: string): SystemCall {
  const [call] = parseTrace(line);
  if (!call) throw new Error(`no call in ${line}`);
  return call;
}

test.each([
  ['mkdir("/tmp/r1/b", 0711) = 0', true, true],
  ['mkdir("/tmp/other/b", 0711) = 0', false, false],
  ['openat(AT_FDCWD</work>, "/tmp/r1/f", O_WRONLY|O_CREAT|O_CLOEXEC, 0600) = 3</tmp/r1/f>', true, true],
  ['openat(AT_FDCWD</work>, "/tmp/r1/f", O_RDONLY|O_CLOEXEC) = 3</tmp/r1/f>', false, true],
  ['openat(AT_FDCWD</work>, "/proc/self/mountinfo", O_RDONLY|O_CLOEXEC) = 3</proc/9/mountinfo>', false, true],
  ['read(3</proc/9/oom_score_adj>, ""..., 64) = 2', false, true],
  ['fsync(3</tmp/r1/f>) = 0', true, true],
  ['write(3</tmp/r1/f>, ""..., 3) = 3', true, true],
  ['write(17<anon_inode:[eventfd]>, ""..., 8) = 8', false, false],
  ['statx(AT_FDCWD</work>, "/tmp/r1/f", AT_SYMLINK_NOFOLLOW, STATX_ALL, 0x7ffd) = 0', false, true],
  ['clone(child_stack=NULL, flags=SIGCHLD, child_tidptr=0x7f) = 77', true, true],
  ['pipe2([20<pipe:[1]>, 21<pipe:[1]>], O_CLOEXEC) = 0', false, true],
])('%s changes something: %s, may fail: %s', (line, isChange, canFail) => {
  const call = callIn(line);
  expect({ isChange: changesSomething(call, '/tmp/r1'), canFail: mayFail(call, '/tmp/r1') }).toEqual({
    isChange,
    canFail,
  });
});

test.each([
  [
    'write(21</tmp/r1/.f.write~a1-b2-0-abcdefgh>, ""..., 3) = 3',
    'write(34</tmp/r2/.f.write~c3-d4-0-ijklmnop>, ""..., 3) = -1 EIO (Input/output error) (INJECTED)',
  ],
  ['rename("/tmp/r1/f", "/tmp/r1/h") = 0', 'rename("/tmp/r2/f", "/tmp/r2/h" <unfinished ...>) = ?'],
  [
    'statx(AT_FDCWD</work>, "/tmp/r1/f", AT_STATX_SYNC_AS_STAT, STATX_ALL, {stx_mask=STATX_ALL}) = 0',
    'statx(AT_FDCWD</work>, "/tmp/r2/f", AT_STATX_SYNC_AS_STAT, STATX_ALL, 0x7ffd194f1c80) = -1 EIO (Input/output error) (INJECTED)',
  ],
  ['clone(child_stack=NULL, child_tidptr=0x7f) = 77', 'clone(child_stack=NULL <unfinished ...>) = ?'],
  ['rmdir("/proc/self/fd/21/bin") = 0', 'rmdir("/proc/self/fd/34/bin") = 0'],
])('%s is the same call again as %s', (once, again) => {
  expect(sameAgain(callIn(again), '/tmp/r2')).toBe(sameAgain(callIn(once), '/tmp/r1'));
});

test.each([
  ['unlink("/tmp/r1/a") = 0', 'unlink("/tmp/r2/b") = 0'],
  ['fsync(3</tmp/r1/f>) = 0', 'fsync(3</tmp/r2>) = 0'],
  ['mkdir("/tmp/r1/a", 0711) = 0', 'rmdir("/tmp/r2/a") = 0'],
])('%s is another call than %s', (once, other) => {
  expect(sameAgain(callIn(other), '/tmp/r2')).not.toBe(sameAgain(callIn(once), '/tmp/r1'));
});
