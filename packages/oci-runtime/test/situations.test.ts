import { mkdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { bench, until } from './fixtures/container.ts';
import { type RecordedRun, Recorder, writeRecording } from './fixtures/recorder.ts';
import { allRuntimes } from './fixtures/runtimes.ts';
import { ABSENT, expected, PAUSED, RUNNING, STOPPED, tried } from './fixtures/situations.ts';

const LOGS = new URL('fixtures/logs/', import.meta.url);

// RECORD_RUNTIME_LOGS=true writes the logs anew that failure.test.ts reads, a file for each version that is there.
const RECORDS = process.env['RECORD_RUNTIME_LOGS'] === 'true';

describe.each(allRuntimes())('$title', ({ command, gate }) => {
  gate();

  test('is understood where there is no container, and never by the words of others', async () => {
    const place = await bench({ command });
    expect(await tried(ABSENT, place, place.id('web'))).toEqual(expected(ABSENT));
    expect(await place.runtime.list()).toEqual([]);
  });

  test('is understood whatever the container does, and never by the words of others', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });

    expect(await tried(RUNNING, place, id)).toEqual(expected(RUNNING));
    await place.runtime.pause(id);
    expect(await tried(PAUSED, place, id)).toEqual(expected(PAUSED));
    await place.runtime.resume(id);
    await place.runtime.kill(id, 'SIGKILL');
    await until(async () => (await place.runtime.state(id)).status === 'stopped');
    expect(await tried(STOPPED, place, id)).toEqual(expected(STOPPED));
    await place.runtime.delete(id);
  });

  test.each([1, 3, 255])(
    'gives the status %i of a process, whatever a poststop hook then says',
    async (status) => {
      const place = await bench({ command });
      const id = place.id('web');
      const complain = 'echo container does not exist >&2; exit 7';
      const bundle = await place.bundle(id, {
        args: ['sh', '-c', `exit ${status}`],
        hooks: { poststop: [{ path: '/bin/sh', args: ['sh', '-c', complain] }] },
      });

      const ended = await place.runtime.run(id, { bundle });
      expect(ended.exitCode).toBe(status);
      // crun before 1.22 logs nothing of it
      for (const { message } of ended.log) expect(message).toMatch(/hook/);
      expect(await place.runtime.list()).toEqual([]);
    },
  );

  if (!RECORDS) return;
  test('is recorded', async () => {
    const recorder = new Recorder();
    const place = await bench({ command, spawn: recorder.spawn });
    const id = place.id('web');
    const runs: Record<string, RecordedRun> = {};
    const record = async (situations: typeof ABSENT) => {
      for (const situation of situations) {
        await tried([situation], place, id);
        const run = recorder.runs.pop();
        if (run) runs[situation.title] = run;
      }
    };

    await record(ABSENT);
    await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });
    await record(RUNNING);
    await place.runtime.pause(id);
    await record(PAUSED);
    await place.runtime.resume(id);
    await place.runtime.kill(id, 'SIGKILL');
    await until(async () => (await place.runtime.state(id)).status === 'stopped');
    await record(STOPPED);
    await place.runtime.delete(id);
    const { name, version } = await place.runtime.version();
    await mkdir(LOGS, { recursive: true });
    await writeRecording(new URL(`${name}-${version}.json`, LOGS), runs, { base: place.sandbox.base, id });
  });
});
