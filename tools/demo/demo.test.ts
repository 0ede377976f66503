import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { makeImage } from '../bench/containers/image.ts';
import { needs } from '../testing/needs.ts';
import { needsReachable } from '../testing/reachable.ts';
import { tempDir } from '../testing/temp-dir.ts';

const main = path.join(import.meta.dirname, 'main.ts');

function demo(...args: readonly string[]) {
  return execa(process.execPath, ['--conditions=@shimwright/source', main, ...args], { reject: false });
}

describe('the demo', () => {
  needs('linux', 'root', 'command runc', 'command containerd-shim');

  test('runs a container that outlives its manager, and leaves nothing', async () => {
    const { stdout, stderr, exitCode } = await demo();
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [first = '', second = ''] = stdout.split('finds it again');
    expect(first).toContain('hello 1');
    expect(first).not.toContain('hello 6');
    expect(second).toMatch(/is (?:running|stopped)/); // a loaded machine may take longer than the container
    expect(second).toContain('hello 6');
    expect(second).toContain('/tasks/exit');
    expect(second).toContain('Nothing is left');
  });

  test.each([
    ['that ends before the manager exits', 'echo quick; echo bad >&2; exit 5'],
    ['that ends after the manager exited', 'echo quick; sleep 2; echo bad >&2; exit 5'],
  ])('runs a command of the reader %s, and exits with its status', async (_, script) => {
    const { stdout, exitCode } = await demo('--', 'sh', '-c', script);
    expect(stdout).toContain('stdout | quick');
    expect(stdout).toContain('stderr | bad');
    expect(stdout).toContain('Nothing is left');
    expect(exitCode).toBe(5);
  });

  test('runs through the stock shim when it is told to', async () => {
    const { stdout, stderr, exitCode } = await demo(
      '--shim',
      'containerd-shim',
      '--',
      'sh',
      '-c',
      'echo quick; exit 5',
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 5 });
    expect(stdout).toMatch(/shim started +process \d+, containerd-shim/);
    expect(stdout).toContain('Nothing is left');
  });

  test.each([[[]], [['--shim', 'io.containerd.runc.v2']]])(
    'runs by runtime v2 when it is told to, with %j',
    async (shim) => {
      const { stdout, stderr, exitCode } = await demo(
        '--v2',
        ...shim,
        '--',
        'sh',
        '-c',
        'echo quick; exit 5',
      );
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 5 });
      expect(stdout).toContain('stdout | quick');
      expect(stdout).toMatch(/tasks.create.*tasks.start.*tasks.exit.*tasks.delete/s);
      expect(stdout).toContain('Nothing is left');
    },
  );

  test('has the shim in its own process when it is told to', async () => {
    const { stdout, stderr, exitCode } = await demo('--local', '--', 'sh', '-c', 'echo quick; exit 5');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 5 });
    expect(stdout).toContain('stdout | quick');
    expect(stdout).toContain('/tasks/exit');
    expect(stdout).toContain('Nothing is left');
  });

  test.each([[[]], [['--local']], [['--v2']]])(
    'a command that does not exist is told in a sentence with %j',
    async (options) => {
      const { stdout, stderr, exitCode } = await demo(...options, '--', '/no/such/command');
      expect(stderr).toBe('There is no command /no/such/command in the container.');
      expect(stdout).toMatch(/checked +nothing is left/);
      expect(exitCode).toBe(127);
    },
  );

  test.each([
    ['first', 'manage.ts', 'container started'],
    ['second', 'reattach.ts', 'shim connected'],
  ])('tells that the %s process was ended by a signal, and cleans up', async (which, program, sign) => {
    const run = execa(process.execPath, ['--conditions=@shimwright/source', main, '--', 'sleep', '60'], {
      reject: false,
    });
    await untilSaid(run, sign);
    process.kill(childOf(Number(run.pid), program), 'SIGKILL');
    const { stdout, stderr, exitCode } = await run;
    expect(stderr).toBe(`The ${which} process was ended by SIGKILL.`);
    expect(stdout).toMatch(/checked +nothing is left/);
    expect(exitCode).toBe(125);
  });

  test('cleans up when it is told to end', async () => {
    const run = execa(process.execPath, ['--conditions=@shimwright/source', main, '--', 'sleep', '60'], {
      reject: false,
    });
    await untilSaid(run, 'shim connected');
    run.kill('SIGTERM');
    const { stdout, stderr } = await run;
    expect(stderr).toBe('The demo was ended by SIGTERM.');
    expect(stdout).toMatch(/checked +nothing is left/);
  });

  test('an image that is not there is told in a sentence', async () => {
    const { stdout, stderr, exitCode } = await demo('--image', '/no/such.tar');
    expect(stderr).toBe('The image /no/such.tar cannot be had: /no/such.tar is not there');
    expect(stdout).not.toContain('container created');
    expect(exitCode).toBe(125);
  });

  test('a command that cannot be run is told in a sentence', async () => {
    const { stderr, exitCode } = await demo('--local', '--', '/bin');
    expect(stderr).toBe('/bin of the container cannot be run: it is not executable.');
    expect(exitCode).toBe(126);
  });

  test('an option that does not exist is told in a sentence', async () => {
    const { stderr, exitCode } = await demo('--no-such-option');
    expect(stderr).toBe('There is no option --no-such-option. See: npx --yes pnpm@12 demo --help');
    expect(exitCode).toBe(125);
  });
});

describe('the demo of an image', () => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command skopeo', 'command umoci');

  test('runs the command of the image', async () => {
    const { archive } = await makeImage(await tempDir());
    const { stdout, stderr, exitCode } = await demo('--image', archive);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toContain('image unpacked');
    expect(stdout).toContain('Nothing is left');
  });

  test('runs a command of the reader instead', async () => {
    const { layout } = await makeImage(await tempDir());
    const { stdout, exitCode } = await demo(
      '--local',
      '--image',
      layout,
      '--',
      'sh',
      '-c',
      'echo inside; exit 5',
    );
    expect(stdout).toContain('stdout | inside');
    expect(stdout).toContain('Nothing is left');
    expect(exitCode).toBe(5);
  });
});

describe('the demo of a user who is not root', () => {
  needs('linux', 'root');
  needsReachable(main);

  test('tells what to do', async () => {
    // Its own Node may be where only root can go, so the program gives up its rights itself.
    const program = `process.setgid(65534); process.setuid(65534); await import(${JSON.stringify(main)});`;
    const { stderr, exitCode } = await execa(
      process.execPath,
      ['--conditions=@shimwright/source', '--input-type=module', '--eval', program],
      { reject: false },
    );
    expect(stderr).toContain('needs root');
    expect(exitCode).toBe(125);
  });
});

/** Resolves when it has written this on stdout. */
async function untilSaid({ stdout }: { readonly stdout: Readable }, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  stdout.on('data', (chunk: unknown) => {
    said += String(chunk);
    if (said.includes(text)) resolve();
  });
  stdout.once('end', () => reject(new Error(`${text} was not said: ${said}`)));
  await promise;
}

/** The process that runs one program of a demo. */
function childOf(demoPid: number, program: string): number {
  const children = readFileSync(`/proc/${demoPid}/task/${demoPid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program));
  if (found === undefined) throw new Error(`no child of ${demoPid} runs ${program}`);
  return found;
}

describe('setup.sh', () => {
  needs('linux', 'root');

  test('tells a user who cannot install what to run, and exits with 1', async () => {
    const setup = path.join(import.meta.dirname, '../setup.sh');
    const { stderr, exitCode } = await execa('sh', ['-s', 'no-such-package'], {
      uid: 65534,
      inputFile: setup,
      reject: false,
    });
    expect(stderr).toContain('apt-get install -y --no-install-recommends no-such-package');
    expect(exitCode).toBe(1);
  });
});
