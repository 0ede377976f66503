import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { needs, needsOf } from '../../../tools/testing/needs.ts';
import { newClient, type ShimClient, TaskIO, withSharedConnect } from '../../shim-client/src/index.ts';
import { processSpec, running } from './fixtures/shim.ts';
import { group } from './shared/group.ts';

const SLEEP = ['/bin/sleep', '600'];
const SAY = ['/bin/sh', '-c', 'read word; echo "out $word"; echo "err $word" >&2'];

type ExecCalls = Pick<ShimClient, 'exec' | 'start' | 'wait' | 'closeIO'>;

/** Runs a command whose streams were asked for before its start, or even before it was added. */
async function early(shim: ExecCalls, io: TaskIO, isBeforeExec: boolean): Promise<void> {
  const read = () => {
    const { stdin, stdout, stderr } = io.streams();
    stdin?.write('word\n');
    return Promise.all([stdout, stderr].map((stream) => text(stream ?? expect.fail('no stream'))));
  };
  const before = isBeforeExec ? read() : undefined;
  await shim.exec({ id: 'further', spec: processSpec(SAY), ...io.paths });
  const said = before ?? read();
  await shim.start({ id: 'further' });
  expect(await shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
  expect(await said).toEqual(['out word\n', 'err word\n']);
}

describe('streams that are asked for before an exec is started', () => {
  needs('linux', 'root', 'command runc', ...needsOf('stock'));

  const modes = (['ours', 'stock'] as const).flatMap((kind) =>
    [true, false].map((is) => [kind, is] as const),
  );
  test.each(modes)('have all of its output, of the %s shim; before it was added: %s', async (kind, is) => {
    const one = await running(kind, SLEEP);
    await early(one.shim, await one.io({ stdin: true }), is);
  });

  test.each([true, false])(
    'have all of its output, of a shared one and its next; before it was added: %s',
    async (is) => {
      const the = await group();
      const one = await the.bundle('one');
      const shim = await one.add();
      await one.create(shim);
      await shim.start({ id: 'one' });
      await early(shim, await one.io(), is);
      await shim.deleteProcess({ id: 'further' });
      process.kill((await shim.shimInfo({})).shimPid, 'SIGKILL');
      await expect.poll(() => shim.isAlive()).toBe(false);
      await using again = await newClient(one.config, withSharedConnect(one.options));
      await using io = await TaskIO.create(`${the.base}/io-again`, { stdin: true });
      await early(again, io, is);
    },
  );
});
