import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFifo } from '@shimwright/linux-native';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { processIds } from '../../../tools/testing/command-lines.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { withoutAny } from '../../../tools/testing/without-any.ts';
import { ensureRecorder } from '../src/logs/ensure-recorder.ts';
import { tryLock } from '../src/logs/lock.ts';
import { recorderLock } from '../src/logs/recorder.ts';
import { placeOf } from '../src/place.ts';

const RECORDER = builtProgram('containers', 'shimwright-recorder.cjs');

/** A container of which only the pipes are there, and this process writes to them. */
async function recordable(bundles: string, work: string, id: string) {
  const io = path.join(bundles, id, 'io');
  await mkdir(io, { recursive: true });
  await mkdir(path.join(work, id), { recursive: true });
  await writeFile(path.join(bundles, id, 'config.json'), '{}');
  const pipes: FileHandle[] = [];
  for (const name of ['stdout', 'stderr']) {
    makeFifo(path.join(io, name));
    pipes.push(await open(path.join(io, name), constants.O_RDWR | constants.O_NONBLOCK));
  }
  const end = async () => {
    for (const pipe of pipes.splice(0)) await pipe.close();
  };
  const [stdout] = pipes;
  onTestFinished(end);
  await writeFile(path.join(bundles, id, 'recording'), '');
  return { stdout, end, log: () => readFile(path.join(work, id, 'log'), 'utf8').catch(() => '') };
}

describe('the recorder', () => {
  needs('linux', 'root', 'command unshare');

  test('records where the kernel has no watch left, a container that comes later too', async () => {
    const [bundles, work] = [await tempDir(), await tempDir()];
    const [command, ...words] = withoutAny('max_inotify_instances');
    const node = [process.execPath, RECORDER, bundles, work, '60000'];
    const recorder = execa(command, [...words, ...node], { reject: false });
    onTestFinished(async () => {
      recorder.kill('SIGKILL');
      await recorder;
    });
    for (const id of ['first', 'second']) {
      const { stdout, log } = await recordable(bundles, work, id);
      await stdout?.write(`from ${id}\n`);
      await expect.poll(log, { timeout: 10_000 }).toContain(`from ${id}`);
    }
  });

  test('one that was just killed, and has its lock until it is gone, is followed by another', async () => {
    const base = await tempDir();
    const [stateDir, dataDir] = [path.join(base, 'state'), path.join(base, 'data')];
    const place = placeOf({ stateDir, dataDir, lingerMs: 100 });
    const { stdout, log, end } = await recordable(place.bundles, place.work, 'orphan');
    const dying = tryLock(recorderLock(place), true);
    await ensureRecorder(place);
    dying?.release();
    await stdout?.write('from the orphan\n');
    await expect.poll(log, { timeout: 10_000 }).toContain('from the orphan');
    await end();
    await expect
      .poll(() => processIds(`${path.basename(RECORDER)} ${base}`), { timeout: 10_000 })
      .toEqual([]);
  });
});
