import path from 'node:path';
import { execaNode } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { needs } from '../../../tools/testing/needs.ts';
import { exitStatus } from '../src/wait.ts';

// In processes of their own: nothing is to come to the one that runs the tests.
async function run(fixture: string, ...args: readonly string[]) {
  const program = path.join(import.meta.dirname, 'fixtures', fixture);
  const { stdout } = await execaNode(program, args, { nodeOptions: ['--conditions=@shimwright/source'] });
  return JSON.parse(stdout);
}

describe('an orphan', () => {
  needs('linux');

  test.each([
    ['SIGTERM', 15],
    ['SIGKILL', 9],
    ['SIGSEGV', 11],
  ])('comes to a subreaper, which sees it end by %s and reaps it once', async (name, signal) => {
    const { pid, ...seen } = await run('orphan.ts', 'subreaper', name);
    const zombie = { pid, status: 128 + signal, signal };
    expect(seen).toEqual({
      isSubreaper: [false, true],
      running: { reap: 'undefined', peek: 'undefined', any: 'undefined' },
      ended: { peek: zombie, any: zombie, again: zombie },
      reaped: { status: 128 + signal, signal },
      gone: { reap: 'ECHILD', peek: 'ECHILD', any: 'undefined' },
    });
  });

  test('goes elsewhere without one, and is not for us to wait for', async () => {
    const { pid: _, ...seen } = await run('orphan.ts', 'bystander', 'SIGKILL');
    expect(seen).toEqual({
      isSubreaper: [false, false],
      running: { reap: 'ECHILD', peek: 'ECHILD', any: 'undefined' },
      ended: { peek: 'ECHILD', any: 'undefined', again: 'ECHILD' },
      reaped: 'ECHILD',
      gone: { reap: 'ECHILD', peek: 'ECHILD', any: 'undefined' },
    });
  });
});

describe('where Node has children of its own', () => {
  needs('linux');

  test('every exit event of 400 fires with its code, in two threads, while 200 orphans are reaped', async () => {
    const codes = Array.from({ length: 200 }, (_, index) => index % 256);
    const { peeks, ...seen } = await run('mixed-children.ts', '200');
    expect(seen).toEqual({ children: codes, worker: codes, orphans: codes, left: null });
    expect(peeks).toBeGreaterThan(0);
  });
});

describe('a wait status', () => {
  test('is the exit code, or 128 and the signal, whether or not memory was dumped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), (code) => {
        expect(exitStatus(code << 8)).toEqual({ status: code });
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), (signal, isDumped) => {
        expect(exitStatus(signal | (isDumped ? 0x80 : 0))).toEqual({ status: 128 + signal, signal });
      }),
    );
  });
});
