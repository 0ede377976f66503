import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { spawnProcess } from '../src/spawn.ts';
import { exitOf } from './exit-of.ts';

/** Runs a script to its end, with a file as stdout and stderr. */
async function run(script: string, env: Record<string, string> = {}, session?: boolean) {
  const file = path.join(await tempDir(), 'out');
  const out = openSync(file, 'a');
  const none = openSync('/dev/null', 'r');
  try {
    const descriptors = [none, out, out];
    const own = session === undefined ? {} : { session };
    const pid = spawnProcess({ command: '/bin/sh', args: ['-c', script], env, descriptors, ...own });
    const exit = await exitOf(pid);
    return { pid, ...exit, output: readFileSync(file, 'utf8') };
  } finally {
    closeSync(out);
    closeSync(none);
  }
}

describe('spawnProcess', () => {
  needs('linux');

  test('starts a program, whose status is known when it ends', async () => {
    expect(await run('echo "$NAME"; exit 7', { NAME: 'ü x' })).toMatchObject({ status: 7, output: 'ü x\n' });
  });

  test('tells the signal that ended it', async () => {
    expect(await run('kill -KILL $$')).toMatchObject({ status: 137, signal: 9 });
  });

  test('gives it a session of its own, the root directory and nothing of the environment', async () => {
    const { pid, output } = await run('cut -d" " -f6 /proc/$$/stat; pwd; env', { PATH: '/usr/bin:/bin' });
    expect(output).toContain(`${pid}\n/\n`);
    expect(output).not.toContain('HOME=');
  });

  test('leaves it in this session on request, in a process group of its own', async () => {
    const env = { PATH: '/usr/bin:/bin' };
    const { pid, output } = await run('cut -d" " -f5,6 /proc/$$/stat', env, false);
    const [, , , , , session] = readFileSync('/proc/self/stat', 'latin1').split(' ');
    expect(output).toBe(`${pid} ${session}\n`);
  });

  test('gives it the signals of a new program, though Node ignores some', async () => {
    // A shell blocks all signals while it starts a command, so the command takes its place.
    const { output } = await run('exec grep -E "^Sig(Blk|Ign)" /proc/self/status', { PATH: '/usr/bin:/bin' });
    const [blocked, ignored] = [...output.matchAll(/\t([0-9a-f]+)$/gm)].map(([, set]) => BigInt(`0x${set}`));
    expect(blocked).toBe(0n);
    expect(Number(ignored) % 2 ** 31).toBe(0); // 32 and 33 are the C library's own
  });

  test('gives it the descriptors it is to have, and no others', async () => {
    const kept = openSync('/etc/hostname', 'r');
    const { output } = await run('ls /proc/$$/fd', { PATH: '/usr/bin:/bin' });
    closeSync(kept);
    expect(output.split('\n').filter((fd) => /^[0-2]$/.test(fd))).toEqual(['0', '1', '2']);
    expect(output).not.toMatch(new RegExp(`^${kept}$`, 'm'));
  });

  test.each([
    ['', ''],
    ['above the limit of open files, ', 'ulimit -n 100; '],
  ])('does not get what this process was left %sby its own starter', async (_, limit) => {
    // As `exec 200>lock; flock 200` leaves it.
    const script = `exec 200>lock; ${limit}"$0" "$@"`;
    const fixture = `${import.meta.dirname}/fixtures/descriptors-of-child.ts`;
    const { stdout } = await execa('bash', ['-c', script, process.execPath, ...process.execArgv, fixture], {
      cwd: await tempDir(),
    });
    const { inheritable, child, after } = JSON.parse(stdout);
    expect(inheritable).toContain(200);
    expect(after).toEqual(inheritable);
    expect(child).toEqual(['0', '1', '2', '5']);
  });

  test('has /dev/null where it is given nothing to read and write', async () => {
    const file = path.join(await tempDir(), 'out');
    const out = openSync(file, 'a');
    const args = ['-c', 'readlink /proc/self/fd/0 /proc/self/fd/2'];
    const env = { PATH: '/usr/bin:/bin' };
    await exitOf(spawnProcess({ command: '/bin/sh', args, env, descriptors: [undefined, out] }));
    closeSync(out);
    expect(readFileSync(file, 'utf8')).toBe('/dev/null\n/dev/null\n');
  });

  test('works in the directory it is given', async () => {
    const cwd = await tempDir();
    const out = openSync(path.join(cwd, 'out'), 'a');
    const descriptors = [undefined, out];
    await exitOf(spawnProcess({ command: '/bin/sh', args: ['-c', 'pwd -P'], env: {}, cwd, descriptors }));
    closeSync(out);
    expect(readFileSync(path.join(cwd, 'out'), 'utf8')).toBe(`${realpathSync(cwd)}\n`);
  });

  test('is refused a program that is not there, or none', () => {
    const at = (command: string) => () => spawnProcess({ command, args: [], env: {}, descriptors: [] });
    expect(at('/no/such/program')).toThrow(
      expect.objectContaining({ code: 'ENOENT', path: '/no/such/program' }),
    );
    expect(at('/etc/passwd')).toThrow(expect.objectContaining({ code: 'EACCES' }));
    expect(() => spawnProcess({ command: '/bin/true', args: ['a\0b'], env: {}, descriptors: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }),
    );
  });

  test('starts many at once, and each is reaped with its own status', async () => {
    const exits = await Promise.all(Array.from({ length: 50 }, (_, index) => run(`exit ${index}`)));
    expect(exits.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });
});
