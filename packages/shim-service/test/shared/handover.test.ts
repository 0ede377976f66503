import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { processStat } from '../../../linux-native/src/index.ts';
import {
  handOver,
  newClient,
  sharedInfo,
  TaskIO,
  withSharedConnect,
} from '../../../shim-client/src/index.ts';
import { sharedProgram } from '../../src/index.ts';
import { hostRoot } from '../fixtures/shim.ts';
import { group } from './group.ts';

const ASK = [
  '/bin/sh',
  '-c',
  'stty -echo -onlcr; while read line; do echo "got $line"; [ "$line" != bye ] || exit 5; done',
];

describe('a handover', () => {
  needs('linux', 'root', 'command runc');

  test('to another program carries terminals and logs, and the same keeper goes on', async () => {
    const the = await group();
    const log = path.join(the.base, 'log');
    const [one, logged] = [
      await the.bundle('one', ASK),
      await the.bundle('logged', ['/bin/sh', '-c', 'for i in $(seq 600); do echo $i; sleep 0.1; done']),
    ];
    const program = sharedProgram();
    const [shim, loggedShim] = [await one.add(program), await logged.add(program)];
    const config = JSON.parse(readFileSync(path.join(one.config.path, 'config.json'), 'utf8'));
    config.process.terminal = true;
    writeFileSync(path.join(one.config.path, 'config.json'), JSON.stringify(config));
    const io = await TaskIO.create(path.join(the.base, 'terminal'), { stdin: true, terminal: true });
    onTestFinished(() => io.close());
    await shim.create({ id: 'one', bundle: one.config.path, rootfs: hostRoot, terminal: true, ...io.paths });
    await shim.start({ id: 'one' });
    await logged.create(loggedShim, { stdout: `file://${log}`, stderr: `file://${log}` });
    await loggedShim.start({ id: 'logged' });
    const { stdin, stdout } = io.streams();
    let said = '';
    stdout?.on('data', (data) => {
      said += data;
    });
    stdin?.write('first\n');
    await expect.poll(() => said).toContain('got first\n');
    const before = await sharedInfo(one.options);
    const keeper = processStat(before?.shimPid ?? 0)?.parent;

    // The newer version: the same code, told from the older by a switch of its own.
    const newer = { command: program.command, args: [...program.args, '--idle', '29999'] };
    await handOver({ ...one.options, ...newer });
    await expect
      .poll(async () => (await sharedInfo(one.options).catch(() => before))?.shimPid)
      .not.toBe(before?.shimPid);
    const after = (await sharedInfo(one.options))?.shimPid ?? 0;
    expect(readFileSync(`/proc/${after}/cmdline`, 'latin1')).toContain('29999');
    expect(processStat(after)?.parent).toBe(keeper);

    await using again = await newClient(one.config, withSharedConnect(one.options));
    await again.resizePty({ id: 'one', width: 99, height: 33 });
    stdin?.write('second\nbye\n');
    expect(await again.wait({ id: 'one' })).toMatchObject({ exitStatus: 5 });
    await expect.poll(() => said).toContain('got first\ngot second\ngot bye\n');
    const lines = () => readFileSync(log, 'utf8').split('\n').length;
    const written = lines();
    await expect.poll(lines, { timeout: 10_000 }).toBeGreaterThan(written);
    await using loggedAgain = await newClient(logged.config, withSharedConnect(logged.options));
    await loggedAgain.kill({ id: 'logged', signal: 9 });
    expect(await loggedAgain.wait({ id: 'logged' })).toMatchObject({ exitStatus: 137 });
  });
});
