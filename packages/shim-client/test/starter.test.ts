import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { needs, needsOf } from '../../../tools/testing/needs.ts';
import { newClient, withConnect } from '../src/index.ts';
import { emptyBundle } from './fixtures/bundle.ts';

const FIXTURES = path.join(import.meta.dirname, 'fixtures');
const PROGRAM = builtProgram('shim-service', 'shimwright-shim.cjs');

const environment = {
  ...{ PATH: process.env['PATH'], HOME: '/root', LC_ALL: 'C' },
  ...{ SECRET_TOKEN: 'x', AWS_SECRET_ACCESS_KEY: 'x', NODE_OPTIONS: '--no-warnings', LISTEN_FDS: '1' },
};

// What whoever starts a shim has is its own: here a program that was started below flock(1), with secrets.
describe.each(['stock', 'shared'] as const)('the starter of a %s shim', (kind) => {
  needs('linux', 'root', ...needsOf(kind));

  test('keeps its descriptors and its environment to itself', async () => {
    const { base, config, start } = await emptyBundle();
    const shared = {
      ...{ command: process.execPath, args: [PROGRAM, '--grace', '0'] },
      ...{ controlSocket: path.join(base, 'control'), ...start },
    };
    const order = JSON.stringify(kind === 'stock' ? { config, start } : { config, shared });
    const program = path.join(FIXTURES, 'start.ts');
    const lock = path.join(base, 'lock');
    const script = 'exec 200>"$0"; flock 200; "$@" || exit; exit 0';
    await execa(
      'bash',
      ['-c', script, lock, process.execPath, '--conditions=@shimwright/source', program, order],
      {
        env: environment,
        extendEnv: false,
      },
    );

    const shim = await newClient(config, withConnect({ address: start.address }));
    onTestFinished(async () => {
      await shim.killShim();
      await shim.close();
    });
    const { shimPid } = await shim.shimInfo({});
    await execa('flock', ['--nonblock', lock, 'true']); // nobody holds it any more
    const fds = readdirSync(`/proc/${shimPid}/fd`).map((fd) => readlinkSync(`/proc/${shimPid}/fd/${fd}`));
    expect(fds).not.toContain(lock);
    const variables = readFileSync(`/proc/${shimPid}/environ`, 'utf8').split('\0').filter(Boolean);
    const names = variables.map((variable) => variable.split('=')[0]);
    const own = names.filter((name) => !name?.startsWith('MALLOC_'));
    expect(own.toSorted()).toEqual(['GOMAXPROCS', 'HOME', 'LC_ALL', 'PATH']);
  });
});
