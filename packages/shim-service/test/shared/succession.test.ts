import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import {
  handOver,
  listShared,
  newClient,
  type ShimClient,
  sharedInfo,
  withSharedConnect,
} from '../../../shim-client/src/index.ts';
import { hostRoot } from '../fixtures/shim.ts';
import { type Group, group, type Member } from './group.ts';

/** Kills the process that serves these shims; resolves when all connections know. */
async function killProcess(...shims: readonly ShimClient[]): Promise<void> {
  const [first] = shims;
  const { shimPid } = (await first?.shimInfo({})) ?? expect.fail('no shim');
  const ended = shims.map((shim) => shim.wait({ id: 'nobody' }).catch(() => {}));
  process.kill(shimPid, 'SIGKILL');
  await Promise.all(ended);
  await expect.poll(() => Promise.all(shims.map((shim) => shim.isAlive()))).not.toContain(true);
}

const reconnect = ({ config, options }: Member) => newClient(config, withSharedConnect(options));

/** A container that runs, and the register of its bundle. */
async function running(the: Group, id: string, runtime = '') {
  const one = await the.bundle(id);
  const shim = await one.add();
  await shim.create({ id, bundle: one.config.path, rootfs: hostRoot, runtime });
  const { pid } = await shim.start({ id });
  const directory = `${the.controlSocket}.d`;
  const register = readdirSync(directory)
    .map((name) => path.join(directory, name))
    .find((file) => file.endsWith('.register') && readFileSync(file, 'utf8').includes(one.config.path));
  return { one, shim, pid, register: register ?? expect.fail('no register') };
}

describe('the next process', () => {
  needs('linux', 'root', 'command runc');

  test('tries again what it could not take over, and registers nothing in its place meanwhile', async () => {
    const the = await group();
    const [runtime, broken] = [path.join(the.base, 'a-runtime'), path.join(the.base, 'broken')];
    const script = `[ ! -e ${broken} ] || { echo "out of order" >&2; exit 1; }; exec runc "$@"`;
    await writeFile(runtime, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { one, shim, pid, register } = await running(the, 'one', runtime);
    const other = await running(the, 'other');
    await killProcess(shim, other.shim);
    const before = readFileSync(register, 'utf8');
    writeFileSync(broken, '');

    const unserved = (await listShared(one.options)).find(({ path: bundle }) => bundle === one.config.path);
    expect(unserved?.failure).toContain('out of order');
    await expect(one.add()).rejects.toMatchObject({ status: 'FAILED_PRECONDITION' });
    expect(readFileSync(register, 'utf8')).toBe(before);
    const otherAgain = await reconnect(other.one); // the failure of one is not another's
    expect(await otherAgain.state({ id: 'other' })).toMatchObject({ status: 'RUNNING', pid: other.pid });

    rmSync(broken);
    const again = await reconnect(one);
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING', pid });
    await again.close();
    await otherAgain.close();
  });

  test.each(['7', '{"process":null}', 'null', '{"process":{"id":7}}', '{"shi'])(
    'is not kept from any bundle by a line %s in a register',
    async (line) => {
      const the = await group();
      const { one, shim, pid, register } = await running(the, 'one');
      await killProcess(shim);
      appendFileSync(register, `${line}\n`);
      writeFileSync(path.join(path.dirname(register), 'torn.register'), `${line}\n`);
      const again = await reconnect(one);
      expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING', pid });
      rmSync(path.join(path.dirname(register), 'torn.register'));
      await again.close();
    },
  );

  test.each([
    ['that has lost the container itself', (text: string) => text.replace(/^.*"container".*\n/gm, '{}\n')],
    [
      'of a later format',
      (text: string) => `{"format":99,"by":"a 9.0.0"}\n${text.replace(/^{"format".*\n/, '')}`,
    ],
  ])('leaves a register %s as it is, and its container alone', async (_, change) => {
    const the = await group();
    const { one, shim, pid, register } = await running(the, 'one');
    await one.exec(shim, 'two', ['/bin/sleep', '600']);
    await killProcess(shim);
    const whole = readFileSync(register, 'utf8');
    const changed = change(whole);
    writeFileSync(register, changed);

    const [listed] = await listShared(one.options);
    expect(listed).toMatchObject({
      path: one.config.path,
      failure: expect.stringMatching(/register|format 99/),
    });
    await expect(one.add()).rejects.toMatchObject({ status: 'FAILED_PRECONDITION' });
    expect(readFileSync(register, 'utf8')).toBe(changed);
    expect(existsSync(`/proc/${pid}`)).toBe(true);

    writeFileSync(register, whole);
    await expect.poll(() => sharedInfo(one.options)).toBeUndefined(); // it has nobody to serve
    const again = await reconnect(one);
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING', pid });
    await again.close();
  });

  test('is handed all containers by the one that serves them, when that is asked to', async () => {
    const the = await group();
    const [one, two] = [await running(the, 'one'), await running(the, 'two')];
    const before = await sharedInfo(one.one.options);
    expect(before).toMatchObject({ protocol: 3, by: expect.stringMatching(/^@shimwright\/shim-service \d/) });

    const shims = await handOver(one.one.options);
    expect(shims.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    const after = await sharedInfo(one.one.options);
    expect(after?.shimPid).not.toBe(before?.shimPid);
    for (const { one: member, pid } of [one, two]) {
      await using again = await reconnect(member);
      expect(await again.state({ id: member.id })).toMatchObject({ status: 'RUNNING', pid });
      await again.kill({ id: member.id, signal: 9 });
      expect(await again.wait({ id: member.id })).toMatchObject({ exitStatus: 137 });
      expect(await member.exits(1)).toMatchObject([{ id: member.id, status: 137, unknown: false }]);
    }
  });

  test('goes on with what another one serves that is there still, once that has ended', async () => {
    const the = await group();
    const [one, two] = [await running(the, 'one'), await running(the, 'two')];
    const before = await sharedInfo(one.one.options);
    rmSync(the.controlSocket); // whoever comes next starts the next process
    const listing = listShared(one.one.options);
    await expect
      .poll(async () => (await sharedInfo(one.one.options))?.shimPid ?? before?.shimPid)
      .not.toBe(before?.shimPid);
    process.kill(Number(before?.shimPid), 'SIGKILL');
    expect(await listing).toHaveLength(2);
    for (const { one: member, pid } of [one, two]) {
      await using again = await reconnect(member);
      expect(await again.state({ id: member.id })).toMatchObject({ status: 'RUNNING', pid });
    }
  });

  test('is handed a container that was just being made, whole', async () => {
    const the = await group();
    const one = await the.bundle('one');
    const shim = await one.add();
    const creation = one.create(shim);
    await handOver(one.options);
    const outcome = await creation.then(
      (pid) => pid,
      () => undefined,
    );
    const again = await reconnect(one);
    if (outcome === undefined) await one.create(again);
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'CREATED' });
    await again.close();
  });

  test('is started where there is none to hand over', async () => {
    const the = await group();
    const one = await the.bundle('one');
    expect(await sharedInfo(one.options)).toBeUndefined();
    expect(await handOver(one.options)).toEqual([]);
    await expect.poll(() => sharedInfo(one.options)).toBeUndefined();
  });
});

describe('a shim', () => {
  needs('linux', 'root', 'command runc');

  test('without a container and a client ends, and one with either stays', async () => {
    const the = await group();
    const quick = (member: Member) => ({ args: [...(member.options.args ?? []), '--idle', '200'] });
    const [idle, failed, kept, busy] = await Promise.all(
      ['idle', 'failed', 'kept', 'busy'].map((id) => the.bundle(id)),
    );
    if (!idle || !failed || !kept || !busy) return expect.unreachable();
    const client = await kept.add(quick(kept));
    const container = await busy.add(quick(busy));
    await busy.create(container);
    await container.close();
    await (await idle.add(quick(idle))).close();
    const broken = await failed.add(quick(failed));
    await expect(broken.create({ id: 'failed', bundle: '/nowhere' })).rejects.toThrow();
    await broken.close();

    const paths = async () =>
      (await listShared(kept.options)).map((shim) => path.basename(shim.path)).toSorted();
    await expect.poll(paths, { timeout: 10_000 }).toEqual(['busy', 'kept']);
    expect(readdirSync(idle.config.path)).not.toContain('shim.pid');
    expect(await client.isAlive()).toBe(true);
  });
});
