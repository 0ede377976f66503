import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { fakeRuntime } from './fixtures/fake-runtime.ts';
import { processSpec, running, type TestShim, testShim } from './fixtures/shim.ts';

const SLEEP = ['/bin/sleep', '600'];
const hangs = ({ base }: TestShim) => existsSync(path.join(base, 'hangs'));
const isMounted = ({ bundle }: TestShim) =>
  readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${bundle}/rootfs `);

/** A running container whose runtime does what the script says for the calls it names. */
async function withRuntime(cases: string): Promise<TestShim> {
  const one = await testShim('ours', SLEEP);
  await one.create({ runtime: await fakeRuntime(one, cases) });
  await one.shim.start({ id: 'one' });
  return one;
}

describe('an OCI runtime that hangs', () => {
  needs('linux', 'root', 'command runc');

  test.each(['pause', 'update'])('in %s does not keep SIGKILL waiting', async (call) => {
    const one = await withRuntime(`${call}) touch $base/hangs; exec sleep 600;;`);
    const resources = { typeUrl: 'json', value: Buffer.from('{}') };
    const stuck = call === 'pause' ? one.shim.pause({}) : one.shim.update({ resources });
    const failure = expect(stuck).rejects.toThrow();
    await expect.poll(() => hangs(one), { timeout: 10_000 }).toBe(true);
    await one.shim.kill({ signal: 9 });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    await one.close();
    await failure;
  });

  test('after it has paused is given up at the deadline, and its container is known to be paused', async () => {
    const one = await withRuntime('pause) runc "$@"; touch $base/hangs; exec sleep 600;;');
    const controller = new AbortController();
    const pausing = expect(one.shim.pause({}, { signal: controller.signal })).rejects.toThrow('enough');
    await expect.poll(() => hangs(one), { timeout: 10_000 }).toBe(true);
    controller.abort(new Error('enough'));
    await pausing;
    await expect
      .poll(async () => (await one.shim.state({ id: 'one' })).status, { timeout: 10_000 })
      .toBe('PAUSED');
    await one.shim.resume({});
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });

  test('has none of what the program that it serves has in its environment', async () => {
    process.env['SECRET_OF_THE_HOST'] = 'told';
    onTestFinished(() => {
      delete process.env['SECRET_OF_THE_HOST'];
    });
    const one = await withRuntime('start) env >$base/env;;');
    const env = readFileSync(path.join(one.base, 'env'), 'utf8');
    expect(env).toContain('PATH=');
    expect(env).not.toContain('SECRET_OF_THE_HOST');
  });

  test('that is missing is told in the words that clients match', async () => {
    const one = await testShim('ours', SLEEP);
    await expect(one.create({ runtime: 'no-runc' })).rejects.toThrow(
      'exec: "no-runc": executable file not found in $PATH',
    );
    await expect(one.create({ runtime: '/no/such' })).rejects.toThrow(
      'fork/exec /no/such: no such file or directory',
    );
  });
});

describe('calls at the same time', () => {
  needs('linux', 'root', 'command runc');

  test('that start one exec make one process', async () => {
    const one = await running('ours', SLEEP);
    await one.shim.exec({ id: 'further', spec: processSpec(SLEEP) });
    const starts = await Promise.allSettled([
      one.shim.start({ id: 'further' }),
      one.shim.start({ id: 'further' }),
    ]);
    expect(starts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await one.shim.listPids({ id: 'one' })).processes).toHaveLength(2);
  });

  test('that delete an exec and start it leave no process without a name', async () => {
    const one = await running('ours', SLEEP);
    await one.shim.exec({ id: 'further', spec: processSpec(SLEEP) });
    const [deleted, started] = await Promise.allSettled([
      one.shim.deleteProcess({ id: 'further' }),
      one.shim.start({ id: 'further' }),
    ]);
    expect([deleted.status, started.status]).toEqual(['fulfilled', 'rejected']);
    expect((await one.shim.listPids({ id: 'one' })).processes).toHaveLength(1);
  });

  test('that kill a container and delete it are answered in their order, however long the runtime needs', async () => {
    const one = await testShim('ours', SLEEP);
    await one.create({ runtime: await fakeRuntime(one, 'kill) runc "$@"; sleep 0.5; exit 0;;') });
    await one.shim.start({ id: 'one' });
    const answered: string[] = [];
    const killed = one.shim.kill({ signal: 9 }).then(() => void answered.push('kill'));
    await one.shim.wait({ id: 'one' });
    await one.shim.delete({}).then(() => void answered.push('delete'));
    await killed;
    expect(answered).toEqual(['kill', 'delete']);
  });

  test('that delete a container twice leave alone the one that comes after it', async () => {
    const one = await testShim('ours', SLEEP);
    await one.create();
    const deletions = [one.shim.delete({}), one.shim.delete({})];
    const [first, second] = await Promise.allSettled([deletions[0]?.then(() => one.create()), deletions[1]]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    expect(isMounted(one)).toBe(true);
    await one.shim.start({ id: 'one' });
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });
});

describe('a root file system', () => {
  needs('linux', 'root', 'command runc');

  test('that somebody looks at when its container is deleted is unmounted when they have left', async () => {
    const one = await running('ours', SLEEP);
    const looking = spawn('sh', ['-c', 'echo here; read leave; exit'], {
      cwd: path.join(one.bundle, 'rootfs'),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const left = once(looking, 'exit');
    onTestFinished(() => void looking.kill('SIGKILL'));
    await once(looking.stdout, 'data');
    await one.shim.kill({ signal: 9 });
    await one.shim.wait({ id: 'one' });
    const deletion = one.shim.delete({});
    // The runtime has forgotten it before it is unmounted.
    await expect
      .poll(() => existsSync(path.join(one.runtimeRoot, 'test', 'one')), { interval: 5 })
      .toBe(false);
    expect(isMounted(one)).toBe(true);
    looking.stdin.end('\n');
    await left;
    await deletion;
    expect(isMounted(one)).toBe(false);
  });
});

describe('a bundle', () => {
  needs('linux', 'root', 'command runc');

  test('in which nothing can be made is refused, and holds up nobody', async () => {
    const one = await testShim('ours', SLEEP);
    await expect(one.create({ bundle: '/proc/self' })).rejects.toThrow('ENOENT');
    await one.create();
  });
});

describe('the specification of an exec', () => {
  needs('linux', 'root', 'command runc');

  test('reaches the runtime with all digits of its numbers', async () => {
    const one = await withRuntime('exec) cp "$process" $base/spec;;');
    const limit = '"rlimits":[{"type":"RLIMIT_CORE","hard":18446744073709551615,"soft":9007199254740993}]';
    const { value } = processSpec(['/bin/true']);
    const spec = {
      typeUrl: 'json',
      value: Buffer.from(String(Buffer.from(value)).replace(/}$/, `,${limit}}`)),
    };
    await one.shim.exec({ id: 'further', spec });
    await one.shim.start({ id: 'further' });
    expect(await one.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
    expect(readFileSync(path.join(one.base, 'spec'), 'utf8')).toContain(limit);
  });
});
