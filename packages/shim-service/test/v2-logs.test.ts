import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import type { Sandbox } from '../../../tools/testing/sandbox.ts';
import { makeFifo } from '../../linux-native/src/index.ts';
import { containerdV2 } from './fixtures/containerd-v2.ts';
import { type Driven, drivenShim } from './fixtures/v2-driven.ts';
import { groupsOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

let program: V2Program;
beforeAll(async () => {
  program = await v2Program();
  return () => program.remove();
});

// Nobody takes its events, of which the shim tells in its log.
const NO_EVENTS = { TTRPC_ADDRESS: '/nonexistent/events.sock' };

describe('the FIFO for the log of our shim of task v2', () => {
  needs('linux', 'root', 'command runc');

  test('gets what the shim has to say, in lines like those of the stock shim', async () => {
    const { log, live } = await logging();
    await live();
    let seen = '';
    await expect
      .poll(() => (seen += read(log)), { timeout: 5_000 })
      .toMatch(/^time="\d{4}-.*Z" level=info msg="cannot send the event \/tasks\/create yet: .*"$/m);
  });

  test('holds up nobody when it is full, and nobody reads', async () => {
    const { log, live } = await logging();
    const filled = fill(log);
    expect(filled).toBeGreaterThan(60_000);
    await live();
    expect(read(log)).toBe('x'.repeat(filled)); // what found no place is lost
  });

  test('holds up nobody when nobody has it open', async () => {
    const { log, live } = await logging();
    closeSync(log);
    await live();
  });

  test.each([
    ['is not there', () => Promise.resolve()],
    ['is a link to a device', (file: string) => symlink('/dev/full', file)],
    ['is a directory', (file: string) => mkdir(file).then(() => {})],
  ])('may be missing: it %s', async (_what, make) => {
    const driven = await drivenShim({
      ...{ program, env: NO_EVENTS },
      prepare: (bundle) => make(path.join(bundle, 'log')),
    });
    await lived(driven);
  });
});

async function logging() {
  let log = -1;
  const driven = await drivenShim({
    ...{ program, env: NO_EVENTS },
    prepare: async (bundle) => {
      const fifo = path.join(bundle, 'log');
      makeFifo(fifo);
      log = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK); // as a daemon has it open
    },
  });
  return { log, live: () => lived(driven) };
}

/** Lives the life of a container. */
async function lived({ id, task, create }: Driven): Promise<void> {
  await create();
  await task.start({ id });
  expect(await task.state({ id })).toMatchObject({ status: 'RUNNING' });
  await task.kill({ id, signal: 9 });
  expect(await task.wait({ id })).toMatchObject({ exitStatus: 137 });
  expect(await task.delete({ id })).toMatchObject({ exitStatus: 137 });
}

/** What is in a FIFO now. */
function read(fifo: number): string {
  const bytes = Buffer.alloc(128 * 1024);
  try {
    return bytes.toString('latin1', 0, readSync(fifo, bytes));
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
    return '';
  }
}

/** Writes until there is no place any more. @returns how many bytes. */
function fill(fifo: number): number {
  for (let bytes = 0; ; bytes += 1) {
    try {
      bytes += writeSync(fifo, 'x'.repeat(4096)) - 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
      return bytes;
    }
  }
}

describe('the logs of a container by our shim of task v2', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  const SAY = ['/bin/sh', '-c', 'echo out; echo err >&2; exit 7'] as const;

  test('are written into the file that the daemon asks for', async () => {
    const { run, base } = await containerdV2({ program });
    const log = path.join(base, 'logs/web.log');
    expect(await run(['-d', '--log-uri', `file://${log}`], 'web', ...SAY)).toMatchObject({ stderr: '' });
    await expect.poll(() => contentOf(log)).toMatch(/^(out\nerr|err\nout)\n$/);
  });

  test('are read by the program that the daemon asks for', async () => {
    const containerd = await containerdV2({ program });
    const { logger, logged } = await loggerIn(containerd);
    expect(await containerd.run(['-d', '--log-uri', `${logger}?mode=fast`], 'web', ...SAY)).toMatchObject({
      ...{ stderr: '', exitCode: 0 },
    });
    await expect.poll(() => contentOf(logged), { timeout: 5_000 }).toContain('end\n');
    const [head, ...lines] = (await contentOf(logged)).trim().split('\n');
    expect(head).toBe(`default ${containerd.token}-web mode fast`);
    expect(lines.toSorted()).toEqual(['end', 'err', 'out']);
  });

  // `ctr` of containerd 1.6 forgets the log where there is a terminal.
  test('of a terminal are read by it too', async () => {
    const driven = await drivenShim({ program, spec: { args: [...SAY], terminal: true } });
    const { id, task, create } = driven;
    const { logger, logged } = await loggerIn(driven);
    await create({ stdout: logger, terminal: true });
    await task.start({ id });
    expect(await task.wait({ id })).toMatchObject({ exitStatus: 7 });
    await task.delete({ id });
    expect(await contentOf(logged)).toBe(`shimwright ${id} \nout\r\nerr\r\nend\n`);
  });

  test.each([
    [
      'a program that is missing',
      'binary:///nonexistent/logger',
      /cannot start \/nonexistent\/logger: .*ENOENT/,
    ],
    ['a program that is a directory', 'binary:///etc', /cannot start \/etc: .*EACCES/],
    ['a file in a directory that cannot be made', 'file:///proc/none/web.log', /cannot open .* for output/],
    ['no kind of log', 'nonsense:///web', /is no place for output/],
  ])('cannot be %s: that is told, and nothing stays', async (_what, uri, words) => {
    const { run, ctr, token } = await containerdV2({ program });
    const refused = await run(['-d', '--log-uri', uri], 'web', ...SAY);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(words) });
    expect((await ctr('task', 'ls', '-q')).stdout).toBe('');
    await expect.poll(() => groupsOf(token), { timeout: 5_000 }).toEqual([]);
  });
});

/** A logger as containerd describes it: output at 3, errors at 4, and 5 is closed when it is ready. */
async function loggerIn({ base }: Sandbox): Promise<{ readonly logger: string; readonly logged: string }> {
  const [program, logged] = [path.join(base, 'logger'), path.join(base, 'logged')];
  const script = `echo "$CONTAINER_NAMESPACE $CONTAINER_ID $*" > ${logged}
exec 5>&-
cat <&3 >> ${logged} & cat <&4 >> ${logged}
wait
echo end >> ${logged}`;
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { logger: `binary://${program}`, logged };
}

async function contentOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
