import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { leftovers } from '../../../tools/leftovers.ts';
import { madeImage, small } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { program } from './fixtures/program.ts';
import { contents, newStore, place } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci');

const source = async () => (await madeImage(await tempDir(), { layers: [small()] })).source;

describe.each(['skopeo', 'umoci'] as const)('%s', (tool) => {
  test('that is missing is told with the command that installs it', async () => {
    const store = await newStore({ [tool]: 'no-such-program' });
    await expect(store.pull(await source())).rejects.toMatchObject({
      ...{ code: 'ERR_IMAGE_TOOL_MISSING', tool },
      message: expect.stringMatching(
        new RegExp(`^no-such-program is not installed.* (install|add|-S) ${tool}$`),
      ),
    });
    expect(contents(store)).toEqual([]);
  });

  test('that is not on the PATH is missing', async () => {
    const made = await source();
    vi.stubEnv('PATH', await tempDir({ [tool]: 'no program' }));
    onTestFinished(() => void vi.unstubAllEnvs());
    const other = tool === 'skopeo' ? 'umoci' : 'skopeo';
    const store = await newStore({ [other]: `/usr/bin/${other}` });
    await expect(store.pull(made)).rejects.toMatchObject({ code: 'ERR_IMAGE_TOOL_MISSING', tool });
  });

  test.each([
    [
      'with a message',
      'echo "it has no mind to" >&2; exit 3',
      { exitCode: 3, stderr: 'it has no mind to\n' },
      'no mind to',
    ],
    ['without a word', 'exit 7', { exitCode: 7, stderr: '' }, 'exited with status 7'],
    ['by a signal', 'kill -SEGV $$', { exitCode: undefined }, 'SIGSEGV'],
    ['though it says that all is well', 'exit 0', {}, 'made nothing'],
  ])('that fails %s is told in its own words', async (_, script, facts, words) => {
    const store = await newStore({ [tool]: await program(script) });
    await expect(store.pull(await source(), { name: 'it' })).rejects.toMatchObject({
      ...{ code: 'ERR_IMAGE_TOOL_FAILED', tool, image: 'docker.io/library/it:latest', ...facts },
      message: expect.stringContaining(words),
    });
    expect(contents(store)).toEqual([]);
  });

  test('of a version without what is needed is told so', async () => {
    const refuses = {
      skopeo: `echo 'time="now" level=fatal msg="unknown flag: --remove-signatures"' >&2; exit 1`,
      umoci: `echo "No help topic for 'raw'" >&2; exit 3`,
    };
    const store = await newStore({ [tool]: await program(refuses[tool]) });
    await expect(store.pull(await source())).rejects.toMatchObject({
      ...{ code: 'ERR_IMAGE_TOOL_VERSION', tool },
      message: expect.stringMatching(/skopeo 1\.9 and umoci 0\.4\.7/),
    });
    expect(contents(store)).toEqual([]);
  });

  test('that hangs is ended with all that it started, however little they care', async () => {
    const store = await newStore({
      [tool]: await program(`trap '' TERM\nsh -c "trap '' TERM; sleep 1000" & wait`),
    });
    const failing = store.pull(await source(), { stallTimeoutMs: 300 });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IMAGE_TIMEOUT', tool });
    expect(contents(store)).toEqual([]);
  });

  test('that takes too long is ended', async () => {
    const busy = await program('while :; do :; done');
    const store = await newStore({ [tool]: busy });
    const failing = store.pull(await source(), { timeoutMs: 500 });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_IMAGE_TIMEOUT', tool });
    expect(contents(store)).toEqual([]);
  });

  test('that hangs is ended by an abort, and the reason is thrown', async () => {
    const directory = await place();
    const store = await newStore({ [tool]: await program(`touch '${directory}/started'; exec sleep 1000`) });
    const controller = new AbortController();
    const reason = new Error('enough');
    const failing = store
      .pull(await source(), { signal: controller.signal })
      .catch((error: unknown) => error);
    await expect.poll(() => existsSync(path.join(directory, 'started')), { timeout: 20_000 }).toBe(true);
    controller.abort(reason);
    expect(await failing).toBe(reason);
    expect(contents(store)).toEqual([]);
  });

  test('that writes without end fills no memory', async () => {
    const script = `i=0; while [ $i -lt 3000 ]; do echo "line $i of very many, each of a hundred characters or so $(printf %060d $i)" >&2; i=$((i+1)); done; exit 1`;
    const store = await newStore({ [tool]: await program(script) });
    const failure = await store.pull(await source()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'ERR_IMAGE_TOOL_FAILED',
      message: expect.stringContaining('line 2999'),
    });
    expect((failure as { stderr: string }).stderr.length).toBeLessThanOrEqual(65_536);
  });

  test('that leaves something running that holds its output is not waited for', async () => {
    const directory = await place();
    const real = `/usr/bin/${tool}`;
    const store = await newStore({
      [tool]: await program(`sleep 1000 & echo $! > '${directory}/pid'; exec ${real} "$@"`),
    });
    await store.pull(await source());
    process.kill(Number(readFileSync(path.join(directory, 'pid'), 'utf8')), 'SIGKILL');
    await expect.poll(() => leftovers(path.basename(path.dirname(store.directory)))).toEqual([]);
  });
});
