import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type EmptyBundle, emptyBundle } from './fixtures/bundle.ts';

const FIXTURE = path.join(import.meta.dirname, 'fixtures/fails.ts');

/** How a program ends that does nothing but wait for a shim. */
async function outcome(
  order: object,
): Promise<{ readonly exitCode: number | undefined; readonly stdout: string }> {
  const args = ['--conditions=@shimwright/source', FIXTURE, JSON.stringify(order)];
  const { exitCode, stdout } = await execa(process.execPath, args, { reject: false });
  return { exitCode, stdout };
}

function script(bundle: EmptyBundle, body: string): string {
  const file = path.join(bundle.base, 'bad-shim');
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

const BODIES = [
  ['exits with a status', 'exit 4'],
  ['exits a while later', 'sleep 0.2; exit 4'],
  ['ends by a signal', 'kill -KILL $$'],
] as const;

describe('a program that waits for a shim and for nothing else', () => {
  needs('linux', 'root');

  test.each(BODIES)('is told when one that it started %s', async (_, body) => {
    const bundle = await emptyBundle();
    const { config, start } = bundle;
    const failing = { config, start: { ...start, shim: script(bundle, body) } };
    expect(await outcome(failing)).toEqual({ exitCode: 0, stdout: 'ERR_SHIM_EXITED' });
  });

  test.each(BODIES.slice(0, 2))('is told when the process that is to serve it %s', async (_, body) => {
    const bundle = await emptyBundle();
    const { config, start } = bundle;
    const controlSocket = path.join(bundle.base, 'control');
    const shared = { ...start, command: script(bundle, body), controlSocket };
    expect(await outcome({ config, shared })).toEqual({ exitCode: 0, stdout: 'ERR_SHIM_EXITED' });
  });
});
