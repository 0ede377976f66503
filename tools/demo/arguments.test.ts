import { describe, expect, test } from 'vitest';
import { DemoError, readArguments } from './arguments.ts';

describe('the arguments of the demo', () => {
  test('are none: ours is the shim, busybox the root, and a greeting the command', () => {
    expect(readArguments([])).toEqual({
      ...{ isV2: false, isLocal: false },
      shim: undefined,
      rootfs: undefined,
      image: undefined,
      command: ['/bin/sh', '-c', expect.stringContaining('hello')],
    });
  });

  test.each([[['--', 'uname', '-a']], [['uname', '-a']]])('%j is a command with its own options', (args) => {
    expect(readArguments(args)?.command).toEqual(['uname', '-a']);
  });

  test('come before the command', () => {
    const args = ['--shim', 'containerd-shim', '--rootfs', '/srv/root', '--', '--local'];
    expect(readArguments(args)).toEqual({
      ...{ isV2: false, isLocal: false },
      shim: 'containerd-shim',
      rootfs: '/srv/root',
      image: undefined,
      command: ['--local'],
    });
  });

  test('may ask for runtime v2, which has no demo in one process', () => {
    expect(readArguments(['--v2'])).toMatchObject({ isV2: true, isLocal: false });
    expect(() => readArguments(['--v2', '--local'])).toThrow('--local and --v2 exclude each other');
  });

  test('may name an image, which has a command of its own', () => {
    expect(readArguments(['--image', 'alpine:3.22'])).toMatchObject({ image: 'alpine:3.22', command: [] });
    expect(readArguments(['--image', './x.tar', 'uname'])).toMatchObject({
      image: './x.tar',
      command: ['uname'],
    });
  });

  test.each(['--help', '-h'])('%s asks for help', (option) => {
    expect(readArguments(['--local', option])).toBeUndefined();
  });

  test.each([
    [['--no-such-option'], 'There is no option --no-such-option'],
    [['-x'], 'There is no option -x'],
    [['--shim'], '--shim needs a value'],
    [['--shim', '--local'], '--shim needs a value'],
    [['--rootfs', ''], '--rootfs needs a value'],
    [['--local', '--shim', 'x'], 'exclude each other'],
    [['--rootfs', '/x', '--image', 'y'], 'exclude each other'],
    [['--image'], '--image needs a value'],
  ])('%j is told in a sentence', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(DemoError);
    expect(() => readArguments(args)).toThrow(sentence);
  });
});
