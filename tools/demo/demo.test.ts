import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../testing/needs.ts';

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

  test('has the shim in its own process when it is told to', async () => {
    const { stdout, stderr, exitCode } = await demo('--local', '--', 'sh', '-c', 'echo quick; exit 5');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 5 });
    expect(stdout).toContain('stdout | quick');
    expect(stdout).toContain('/tasks/exit');
    expect(stdout).toContain('Nothing is left');
  });

  test('a command that does not exist ends it with the words of the OCI runtime, and leaves nothing', async () => {
    const { stderr, exitCode } = await demo('--', '/no/such/command');
    expect(stderr).toContain('no such file or directory');
    expect(exitCode).not.toBe(0);
  });
});

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
