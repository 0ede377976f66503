import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import path from 'node:path';
import { makePipe } from '@shimwright/linux-native';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';

const MODULE = path.join(import.meta.dirname, 'own-log.ts');

describe('the log of a shim', () => {
  needs('linux');

  test.each(['socket', 'pipe'])('holds nobody up when it is a %s that nobody reads', async (kind) => {
    const program = `const { log } = await import(${JSON.stringify(MODULE)});
      for (let line = 0; line < 3000; line += 1) log('x'.repeat(100));
      process.stdout.write('done');`;
    const args = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program];
    const ends = makePipe();
    onTestFinished(() => {
      for (const end of ends) closeSync(end);
    });
    const stderr = kind === 'pipe' ? ends[1] : 'pipe';
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', stderr] });
    const exited = once(child, 'exit');
    const [said] = await once(child.stdout ?? expect.fail(), 'data');
    expect(String(said)).toBe('done');
    child.stderr?.destroy();
    await exited;
  });
});
