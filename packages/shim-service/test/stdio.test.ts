import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { chmod, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { isSystemError, makeFifo } from '@shimwright/linux-native';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs, needsOf } from '../../../tools/testing/needs.ts';
import { created, processSpec, running, type TestShim, testShim } from './fixtures/shim.ts';

const SLEEP = ['/bin/sleep', '600'];
const PIPE_BYTES = 512 * 1024;
const sh = (script: string) => ['/bin/bash', '-c', script];

/** A FIFO that nobody has open. */
function fifo({ base }: TestShim, name: string): string {
  const file = path.join(base, name);
  makeFifo(file);
  return file;
}

/** A reader of a FIFO that takes what is there whenever it is asked what it has seen. */
function reader(file: string) {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(PIPE_BYTES);
  let all = '';
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  onTestFinished(close);
  const seen = () => {
    all += isOpen ? take(descriptor, buffer) : '';
    return all;
  };
  return { seen, close };
}

function take(descriptor: number, buffer: Buffer): string {
  try {
    return buffer.toString('latin1', 0, readSync(descriptor, buffer));
  } catch (error) {
    if (isSystemError(error, 'EAGAIN')) return '';
    throw error;
  }
}

/** A writer of a FIFO. */
function writer(file: string): (line: string) => void {
  const descriptor = openSync(file, 'w');
  onTestFinished(() => closeSync(descriptor));
  return (line) => void writeSync(descriptor, `${line}\n`);
}

const isBlockedOnPipe = (pid: number) => /pipe/.test(readFileSync(`/proc/${pid}/wchan`, 'utf8'));
const statusOf = async ({ shim, id }: TestShim) => (await shim.state({ id })).status;

/** Starts the container, with these for its stdio. */
async function started(one: TestShim, stdio: object): Promise<{ readonly pid: number }> {
  const { pid } = await one.create(stdio);
  await one.shim.start({ id: one.id });
  return { pid };
}

describe('a FIFO for the output', () => {
  needs('linux', 'root', 'command runc');

  test('is what the container itself writes to, and its shim does not', async () => {
    const one = await testShim('ours', SLEEP);
    const [stdin, stdout, stderr] = [fifo(one, 'in'), fifo(one, 'out'), fifo(one, 'err')];
    const { pid } = await started(one, { stdin, stdout, stderr });
    const links = [0, 1, 2].map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`));
    expect(await Promise.all(links)).toEqual([expect.stringMatching(/^pipe:/), stdout, stderr]);
    const flags = [0, 1, 2].map(
      (fd) => /flags:\s*\d*(\d)/.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1],
    );
    expect(flags).toEqual(['0', '1', '1']); // the last octal digit: O_RDONLY, O_WRONLY
  });

  test('keeps what a pipe holds for a reader that is late, and the container ends meanwhile', async () => {
    const one = await testShim('ours', sh('echo early; echo early >&2'));
    const [stdout, stderr] = [fifo(one, 'out'), fifo(one, 'err')];
    await started(one, { stdout, stderr });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    expect([reader(stdout).seen(), reader(stderr).seen()]).toEqual(['early\n', 'early\n']);
  });

  test('makes the container wait when it is full, until somebody reads', async () => {
    const one = await testShim('ours', sh(`head -c ${3 * PIPE_BYTES} /dev/zero | tr '\\0' x; echo end`));
    const stdout = fifo(one, 'out');
    await started(one, { stdout, stderr: fifo(one, 'err') });
    await expect
      .poll(
        async () =>
          (await one.shim.listPids({ id: 'one' })).processes.some(({ pid }) => isBlockedOnPipe(pid)),
        {
          timeout: 10_000,
        },
      )
      .toBe(true);
    expect(await statusOf(one)).toBe('RUNNING');

    const late = reader(stdout);
    const total = 3 * PIPE_BYTES + 'end\n'.length;
    await expect.poll(() => late.seen().length, { interval: 1, timeout: 10_000 }).toBe(total);
    expect(late.seen().endsWith('xend\n')).toBe(true);
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
  });

  test('survives a reader that goes away, and another one reads on', async () => {
    const one = await testShim(
      'ours',
      sh('while read word; do echo "got $word" || exit 9; echo "$word" >&2; done'),
    );
    const [stdin, stdout, stderr] = [fifo(one, 'in'), fifo(one, 'out'), fifo(one, 'err')];
    await started(one, { stdin, stdout, stderr });
    const [say, first, written] = [writer(stdin), reader(stdout), reader(stderr)];
    say('one');
    await expect.poll(() => first.seen()).toBe('got one\n');
    first.close();
    say('two');
    await expect.poll(() => written.seen()).toBe('one\ntwo\n');
    const second = reader(stdout);
    say('three');
    await expect.poll(() => second.seen()).toBe('got two\ngot three\n');
    expect(await statusOf(one)).toBe('RUNNING');
  });

  test.each(['stock', 'ours'] as const)(
    'can be opened again by its name in the container, with the %s shim',
    async (kind) => {
      const one = await testShim(
        kind,
        sh('echo first > /dev/stdout; echo second >> /proc/self/fd/1; echo third > /dev/stderr'),
      );
      const io = await one.io();
      await started(one, io.paths);
      const { stdout, stderr } = io.streams();
      expect(stdout && (await text(stdout))).toBe('first\nsecond\n');
      expect(stderr && (await text(stderr))).toBe('third\n');
      expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    },
  );

  test('takes both streams in the order they were written', async () => {
    const one = await testShim('ours', sh('echo a; echo b >&2; echo c'));
    const stdout = fifo(one, 'both');
    await started(one, { stdout, stderr: stdout });
    await one.shim.wait({ id: 'one' });
    expect(reader(stdout).seen()).toBe('a\nb\nc\n');
  });

  test('is that of an exec just the same, and one stream of it will do', async () => {
    const one = await running('ours', SLEEP);
    const stdout = fifo(one, 'out');
    await one.exec('further', sh('echo from exec; echo nowhere >&2'), { stdout });
    expect(await one.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
    expect(reader(stdout).seen()).toBe('from exec\n');
  });

  test.each(['stock', 'ours'] as const)(
    'that is missing is an error, and nothing is left, with the %s shim',
    async (kind) => {
      const one = await testShim(kind, SLEEP);
      const missing = path.join(one.base, 'missing');
      const [stdout, stderr] = [fifo(one, 'out'), fifo(one, 'err')];
      await expect(one.create({ stdout: missing, stderr: missing })).rejects.toMatchObject({
        status: 'UNKNOWN',
        message: expect.stringContaining(missing),
      });
      expect(existsSync(missing)).toBe(false);
      if (kind === 'stock') {
        // It makes the container first, and forgets it.
        execFileSync('runc', ['--root', `${one.runtimeRoot}/test`, 'delete', '--force', 'one']);
        return;
      }
      await expect(one.create({ stdin: missing, stdout, stderr })).rejects.toMatchObject({
        status: 'UNKNOWN',
      });
      await expect(one.create({ stdin: missing, stdout, terminal: true })).rejects.toMatchObject({
        status: 'UNKNOWN',
      });
      await expect(one.create({ stdout: missing, terminal: true })).rejects.toMatchObject({
        status: 'UNKNOWN',
      });
      await one.create({ stdout, stderr });
      await expect(one.exec('further', SLEEP, { stdout: missing })).rejects.toMatchObject({
        status: 'UNKNOWN',
      });
    },
  );

  test('behind a link is refused', async () => {
    const one = await testShim('ours', SLEEP);
    const link = path.join(one.base, 'link');
    await symlink(fifo(one, 'out'), link);
    await expect(one.create({ stdout: link, stderr: link })).rejects.toMatchObject({ status: 'UNKNOWN' });
    await expect(one.create({ stdin: link })).rejects.toMatchObject({ status: 'UNKNOWN' });
  });
});

describe('a FIFO for the input', () => {
  needs('linux', 'root', 'command runc');

  test('ends with closeIO, when all who write have left', async () => {
    const one = await testShim('ours', ['/bin/cat']);
    const [stdin, stdout] = [fifo(one, 'in'), fifo(one, 'out')];
    await started(one, { stdin, stdout, stderr: fifo(one, 'err') });
    await writeFile(stdin, 'hello ');
    await writeFile(stdin, 'again\n'); // another writer: the first has left
    await one.shim.closeIO({ id: 'one', stdin: true });
    await one.shim.closeIO({ id: 'one', stdin: true });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    expect(reader(stdout).seen()).toBe('hello again\n');
  });
});

describe('a file for the output', () => {
  needs('linux', 'root', 'command runc');

  test.each(['stock', 'ours'] as const)(
    'is made, and appended to by both streams, with the %s shim',
    async (kind) => {
      const one = await testShim(kind, sh('echo out; echo err >&2'));
      const file = path.join(one.base, 'logs', 'a log');
      const uri = `file://${encodeURI(file)}`;
      for (const expected of ['out\nerr\n', 'out\nerr\nout\nerr\n']) {
        await started(one, { stdout: uri, stderr: uri });
        await one.shim.wait({ id: 'one' });
        await one.shim.delete({});
        if (kind === 'ours') {
          expect(await readFile(file, 'utf8')).toBe(expected);
          continue;
        }
        // The stock shim copies each stream by itself, in its own time, and takes no second container.
        const lines = (content: string) => content.split('\n').toSorted();
        await expect
          .poll(async () => lines(await readFile(file, 'utf8')), { timeout: 10_000 })
          .toEqual(lines(expected));
        return;
      }
      expect(statSync(file).mode & 0o777).toBe(0o644);
    },
  );

  test('cannot be truncated by the container', async () => {
    const one = await testShim('ours', sh('echo first; : > /dev/stdout; echo second > /dev/stdout'));
    const file = path.join(one.base, 'log');
    await writeFile(file, 'before\n');
    await started(one, { stdout: file, stderr: file });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    await one.shim.delete({});
    expect(await readFile(file, 'utf8')).toBe('before\nfirst\nsecond\n');
    expect(statSync(file).uid).toBe(0);
  });

  test('may lie in a directory per stream', async () => {
    const one = await testShim('ours', sh('echo out; echo err >&2'));
    const uri = (name: string) => `file://${one.base}/${name}`;
    await started(one, { stdout: uri('a/out'), stderr: uri('b/err') });
    await one.shim.wait({ id: 'one' });
    await one.shim.delete({});
    expect([
      await readFile(`${one.base}/a/out`, 'utf8'),
      await readFile(`${one.base}/b/err`, 'utf8'),
    ]).toEqual(['out\n', 'err\n']);
  });

  test('on a full disk does not stop the container, and goes on when there is space', async () => {
    const one = await testShim('ours', sh('head -c 1M /dev/zero; read; echo more'));
    const disk = path.join(one.base, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['--lazy', disk]));
    const file = path.join(disk, 'log');
    const stdin = fifo(one, 'in');
    await started(one, { stdin, stdout: `file://${file}`, stderr: `file://${file}` });
    const say = writer(stdin);
    await expect.poll(() => statSync(file).size).toBe(64 * 1024);
    execFileSync('mount', ['-o', 'remount,size=8M', disk]);
    say('go on');
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    await one.shim.delete({});
    expect((await readFile(file, 'latin1')).endsWith('more\n')).toBe(true);
  });

  test.each(['', '/', '/dev', '/proc/no/such/log'])(
    'is refused where there can be none: file://%s',
    async (name) => {
      const one = await testShim('ours', SLEEP);
      await expect(one.create({ stdout: `file://${name}`, stderr: '' })).rejects.toMatchObject({
        status: 'UNKNOWN',
      });
    },
  );
});

describe('a program for the output', () => {
  needs('linux', 'root', 'command runc');

  /** Copies what it gets to a file, with its arguments and its environment before it. */
  async function logger({ base }: TestShim, readiness = 'exec 5>&-') {
    const program = path.join(base, 'logger');
    const script = [
      '#!/bin/bash',
      `exec > ${base}/logged`,
      'echo "$CONTAINER_NAMESPACE/$CONTAINER_ID $*"',
      readiness,
      'cat <&3; cat <&4',
    ];
    await writeFile(program, script.join('\n'));
    await chmod(program, 0o755);
    return { program, logged: path.join(base, 'logged') };
  }

  test('is refused unless it is allowed', async () => {
    const one = await testShim('ours', SLEEP);
    const { program, logged } = await logger(one);
    await expect(
      one.create({ stdout: `binary://${program}`, stderr: `binary://${program}` }),
    ).rejects.toMatchObject({
      status: 'UNKNOWN',
      message: `${program} is no logger that is allowed; see allowedLoggers`,
    });
    expect(existsSync(logged)).toBe(false);
  });

  test.each([false, true])('gets all of it where it is allowed; terminal: %s', async (terminal) => {
    const allowedLoggers: string[] = [];
    const one = await testShim('ours', sh('echo out; echo err >&2'), {
      service: { allowedLoggers },
      terminal,
    });
    const { program, logged } = await logger(one);
    allowedLoggers.push(program);
    const uri = `binary://${program}?mode=fast&quiet`;
    await started(one, { stdout: uri, stderr: terminal ? '' : uri, terminal });
    await one.shim.wait({ id: 'one' });
    await one.shim.delete({});
    const output = terminal ? 'out\r\nerr\r\n' : 'out\nerr\n';
    expect(await readFile(logged, 'utf8')).toBe(`test/one mode fast quiet\n${output}`);
  });

  test('that is allowed, but missing, is an error', async () => {
    const one = await testShim('ours', SLEEP, { service: { allowedLoggers: ['/no/such'] } });
    await expect(one.create({ stdout: 'binary:///no/such', stderr: '' })).rejects.toMatchObject({
      message: 'cannot start /no/such: spawn /no/such ENOENT',
    });
  });
});

describe.each(['stock', 'ours'] as const)('a terminal of the %s shim', (kind) => {
  needs('linux', 'root', 'command runc', ...needsOf(kind));

  test('has the size that was set', async () => {
    const one = await testShim(kind, sh('read; stty size'), { terminal: true });
    const io = await one.io({ stdin: true, terminal: true });
    await started(one, { ...io.paths, terminal: true });
    await one.shim.resizePty({ id: 'one', width: 91, height: 37 });
    const { stdin, stdout } = io.streams();
    stdin?.write('\n');
    expect(stdout && (await text(stdout))).toMatch(/^(\r\n)+37 91\r\n$/);
  });

  test('is hung up when its input is closed', async () => {
    const one = await running(kind, SLEEP);
    const io = await one.io({ stdin: true, terminal: true });
    await one.shim.exec({ id: 'shell', spec: processSpec(['/bin/cat']), ...io.paths, terminal: true });
    await one.shim.start({ id: 'shell' });
    io.streams().stdin?.end();
    await one.shim.closeIO({ id: 'shell', stdin: true });
    expect(await one.shim.wait({ id: 'shell' })).toMatchObject({ exitStatus: 128 + 1 });
  });
});

describe('a terminal of our shim', () => {
  needs('linux', 'root', 'command runc');

  // The stock shim waits for a reader for 30 seconds, and then refuses to make the container.
  test('needs nobody to look at it', async () => {
    const one = await testShim('ours', sh('tty && stty size'), { terminal: true });
    const stdout = fifo(one, 'out');
    await started(one, { stdout, terminal: true });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    const late = reader(stdout);
    await expect.poll(() => late.seen()).toMatch(/^\/dev\/(console|pts\/0)\r\n0 0\r\n$/);
  });

  test('makes the container wait while nobody reads, and loses nothing', async () => {
    const one = await testShim('ours', sh('seq 100000'), { terminal: true });
    const stdout = fifo(one, 'out');
    const { pid } = await started(one, { stdout, terminal: true });
    await expect
      .poll(() => readFileSync(`/proc/${pid}/wchan`, 'utf8'), { timeout: 10_000 })
      .toMatch(/tty|write_chan|wait_woken/);
    expect(await statusOf(one)).toBe('RUNNING');
    const late = reader(stdout);
    await expect
      .poll(() => late.seen().endsWith('\n100000\r\n'), { interval: 1, timeout: 20_000 })
      .toBe(true);
    expect(late.seen().split('\r\n')).toHaveLength(100_001);
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
  });

  test('can be logged to a file', async () => {
    const one = await created('ours', SLEEP);
    const file = path.join(one.base, 'typescript');
    await one.exec('shell', ['/bin/echo', 'hello'], { stdout: `file://${file}`, terminal: true });
    await one.shim.wait({ id: 'shell' });
    await expect.poll(() => readFile(file, 'utf8')).toBe('hello\r\n');
  });
});
