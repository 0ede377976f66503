import { readFile, writeFile } from 'node:fs/promises';
import type { OciRuntime, ProcessSpec, Resources } from '@shimwright/oci-runtime';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import {
  defaultSpec,
  type Linux,
  loadSpec,
  type Process,
  RLIM_INFINITY,
  type SeccompFeatures,
  type Spec,
} from '../../bundle-core/src/index.ts';
import { bench } from './fixtures/container.ts';

test('the process and the resources of a specification are what this package takes, and it gives the features that one is made for', () => {
  expectTypeOf<Process>().toExtend<ProcessSpec>();
  expectTypeOf<NonNullable<Spec['process']>>().toExtend<ProcessSpec>();
  expectTypeOf<NonNullable<Linux['resources']>>().toExtend<Resources>();
  expectTypeOf<Awaited<ReturnType<OciRuntime['features']>>>().toExtend<SeccompFeatures>();
});

describe('the process of a specification', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  test('is executed as it was read from a bundle, and its resources are set', async () => {
    const place = await bench();
    const id = place.id('web');
    const bundle = await place.bundle(id);
    await place.runtime.run(id, { bundle, detach: true });
    const spec = defaultSpec({ args: ['sh', '-c', 'exit 7'], rootless: false });
    spec.process.rlimits = [{ type: 'RLIMIT_CORE', soft: 0, hard: RLIM_INFINITY }];
    // What a bundle has on its disk, with all digits.
    const text = JSON.stringify(spec, (_, value) => (typeof value === 'bigint' ? 'HUGE' : value));
    await writeFile(`${bundle}/config.json`, text.replaceAll('"HUGE"', '18446744073709551615'));
    const { process, linux } = await loadSpec({ path: bundle });

    expect(await readFile(`${bundle}/config.json`, 'utf8')).toContain('18446744073709551615');
    if (!process || !linux?.resources) return expect.unreachable('a specification has both');
    expect((await place.runtime.exec(id, { ...process, terminal: false })).exitCode).toBe(7);
    await place.runtime.update(id, linux.resources);
    await place.runtime.delete(id, { force: true });
  });
});
