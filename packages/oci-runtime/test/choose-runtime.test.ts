import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { findRuntime, OciRuntime } from '@shimwright/oci-runtime';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { suiteRuntimes } from '../../../tools/testing/suite-runtimes.ts';
import { bench, RUNTIMES, until } from './fixtures/container.ts';

const SYSTEM = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A directory for the PATH, in which `crun` is a program that does what the script says. */
async function withCrun(script: string, options = {}) {
  const place = await bench();
  const bin = place.file('bin');
  await mkdir(bin);
  await writeFile(`${bin}/crun`, `#!/bin/sh\necho "$*" >>${place.file('runs')}\n${script}\n`, {
    mode: 0o755,
  });
  const env = { PATH: `${bin}:${SYSTEM}` };
  const make = () =>
    new OciRuntime({
      command: 'auto',
      env,
      root: place.sandbox.runtimeRoot,
      tempDir: place.sandbox.base,
      ...options,
    });
  const runs = async () => (await readFile(place.file('runs'), 'utf8')).trim().split('\n');
  return { place, bin, make, runs };
}

describe('auto', () => {
  needs('linux', 'root', 'command runc');

  test('is runc where crun cannot make a container, and says why', async () => {
    const refusal = '{"level":"error","msg":"cgroups in hybrid mode not supported"}';
    const { make } = await withCrun(
      `for word; do case $word in --log=*) echo '${refusal}' >"\${word#--log=}";; esac; done; exit 1`,
    );
    const runtime = make();
    expect(await runtime.chosen()).toEqual({
      command: expect.stringMatching(/\/runc$/),
      name: 'runc',
      reason: expect.stringMatching(/^crun cannot make .*: cgroups in hybrid mode not supported$/),
    });
    expect((await runtime.version()).name).toBe('runc');
  });

  test('tries crun once in a process, whoever asks, and leaves nothing of it', async () => {
    const { place, make, runs } = await withCrun('exit 1');
    const reasons = await Promise.all(
      [make(), make(), make()].map(async (each) => (await each.chosen()).reason),
    );
    expect(new Set(reasons).size).toBe(1);
    await make().chosen();
    expect(await runs()).toEqual([expect.stringContaining(' create ')]);
    expect((await readdir(place.sandbox.base)).filter((name) => name.startsWith('oci-runtime-'))).toEqual([]);
  });

  test('tries with the driver of cgroups that is asked for', async () => {
    const { make, runs } = await withCrun('exit 1', { systemdCgroup: true });
    await make().chosen();
    expect(await runs()).toEqual([expect.stringMatching(/--systemd-cgroup.* create /)]);
  });

  test('ends the try when nobody waits for it any more, and not before', async () => {
    const { place, make, runs } = await withCrun(
      'case "$*" in *" create "*) echo >"$0.started"; exec sleep 1000;; esac; exit 1',
    );
    const [first, second] = [new AbortController(), new AbortController()];
    const patient = make().chosen({ signal: first.signal });
    const other = make().chosen({ signal: second.signal });
    await until(async () => (await readdir(place.file('bin'))).includes('crun.started'));

    second.abort(new Error('enough'));
    await expect(other).rejects.toThrow('enough');
    expect(await Promise.race([patient, Promise.resolve('waits')])).toBe('waits');
    first.abort(new Error('too'));
    await expect(patient).rejects.toThrow('too');
    expect((await readdir(place.sandbox.base)).filter((name) => name.startsWith('oci-runtime-'))).toEqual([]);
    expect((await runs()).filter((words) => words.includes(' create '))).toHaveLength(1);
  });

  test('is runc where crun is not installed', async (context) => {
    // The directories of the system are searched after the PATH.
    const crun = ['/usr/local/sbin/crun', '/usr/sbin/crun', '/sbin/crun'].find((file) => existsSync(file));
    if (crun) return context.skip(`${crun} is found whatever the PATH is`);
    const place = await bench();
    const bin = place.file('bin');
    await mkdir(bin);
    await symlink(findRuntime('runc'), `${bin}/runc`);
    const runtime = new OciRuntime({ command: 'auto', env: { PATH: bin }, tempDir: place.sandbox.base });
    expect(await runtime.chosen()).toEqual({
      command: `${bin}/runc`,
      name: 'runc',
      reason: 'crun is not installed.',
    });
  });
});

describe('a runtime that is named', () => {
  needs('linux', 'root', 'command runc');

  test('is not tried', async () => {
    expect(await new OciRuntime({ command: '/bin/false' }).chosen()).toEqual({
      command: '/bin/false',
      name: 'false',
      reason: 'It was asked for.',
    });
    const { name } = await new OciRuntime().chosen();
    expect(name).toBe('runc');
  });

  test('that is missing is told when it is asked for', async () => {
    const missing = { code: 'ERR_RUNTIME_NOT_FOUND' };
    await expect(new OciRuntime({ command: '/no/such' }).chosen()).rejects.toMatchObject(missing);
  });
});

const CRUNS = [
  { title: 'crun of this system', found: { command: RUNTIMES[1].command } },
  ...suiteRuntimes().filter(({ name }) => name === 'crun'),
];

describe.each(CRUNS)('auto, with $title where it works,', ({ found }) => {
  needs('linux', 'root', 'command crun', 'command unshare');

  test('is crun, and nothing of the try is left', async (context) => {
    if ('reason' in found) return context.skip(found.reason);
    const { place, make } = await withCrun(`PATH=${SYSTEM} exec ${found.command} "$@"`);
    const runtime = make();
    expect(await runtime.chosen()).toEqual({
      command: place.file('bin/crun'),
      name: 'crun',
      reason: 'crun can make containers on this machine.',
    });
    expect((await runtime.version()).name).toBe('crun');
    expect((await readdir(place.sandbox.base)).filter((name) => name.startsWith('oci-runtime-'))).toEqual([]);
  });
});
