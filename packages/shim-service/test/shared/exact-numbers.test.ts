import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { newClient, withSharedConnect } from '../../../shim-client/src/index.ts';
import { fakeRuntime } from '../fixtures/fake-runtime.ts';
import { hostRoot, processSpec } from '../fixtures/shim.ts';
import { group } from './group.ts';

// Neither fits into a number of JavaScript.
const LIMIT = '"rlimits":[{"type":"RLIMIT_CORE","hard":18446744073709551615,"soft":9007199254740993}]';
const MEMORY = '{"memory":{"limit":9223372036854771712,"reservation":9007199254740993}}';

describe('numbers of 64 bits', () => {
  needs('linux', 'root', 'command runc');

  test('reach the runtime as they are, from before and after the death of a shared process', async () => {
    const the = await group();
    const one = await the.bundle('one');
    const cases = 'exec) cp "$process" $base/spec-$$;;\nupdate) cp "$resources" $base/resources-$$; exit 0;;';
    const runtime = await fakeRuntime(the, cases);
    const shim = await one.add();
    await shim.create({ id: 'one', bundle: one.config.path, rootfs: hostRoot, runtime });
    await shim.start({ id: 'one' });
    const spec = {
      typeUrl: 'json',
      value: Buffer.from(String(Buffer.from(processSpec(['/bin/true']).value)).replace(/}$/, `,${LIMIT}}`)),
    };
    const resources = { typeUrl: 'json', value: Buffer.from(MEMORY) };
    await shim.exec({ id: 'before', spec });
    await shim.update({ resources });
    process.kill((await shim.shimInfo({})).shimPid, 'SIGKILL');
    await expect.poll(() => shim.isAlive()).toBe(false);

    await using again = await newClient(one.config, withSharedConnect(one.options));
    await again.exec({ id: 'after', spec });
    for (const id of ['before', 'after']) {
      await again.start({ id });
      expect(await again.wait({ id })).toMatchObject({ exitStatus: 0 });
    }
    await again.update({ resources });
    const given = (name: string) =>
      globSync(path.join(the.base, `${name}-*`)).map((file) => readFileSync(file, 'utf8'));
    expect(given('spec')).toEqual([expect.stringContaining(LIMIT), expect.stringContaining(LIMIT)]);
    expect(given('resources').map((text) => text.trim())).toEqual([MEMORY, MEMORY]);
  });
});
