import { expect, test } from 'vitest';
import { shellText } from './cargo.ts';
import { imageKey } from './image-key.ts';
import { JobOutput } from './job-output.ts';
import { qemuArguments } from './machine.ts';
import { SYSTEMS, systemOf } from './systems.ts';
import { table } from './table.ts';
import { testCounts } from './test-counts.ts';
import { userModeCommand } from './user-mode.ts';

test('each system has a suite of its own, and a name that is not in the table is refused', () => {
  const suites = Object.values(SYSTEMS).map(({ suite }) => suite);
  expect(new Set(suites).size).toBe(suites.length);
  expect(systemOf('trixie').suite).toBe('trixie');
  for (const name of ['', 'buster', 'constructor', '__proto__'])
    expect(() => systemOf(name)).toThrow(/^no system .*bookworm, trixie, forky$/);
});

test('an image is another one as soon as anything that it is made of is', () => {
  const file = { path: 'etc/one', content: 'one', mode: 0o644 };
  const { bookworm, trixie } = SYSTEMS as Record<'bookworm' | 'trixie', (typeof SYSTEMS)[string]>;
  const key = imageKey(bookworm, [file]);
  expect(key).toMatch(/^bookworm-[0-9a-f]{16}$/);
  expect(imageKey({ ...bookworm, description: 'other words' }, [{ ...file }])).toBe(key);
  const others = [
    imageKey(trixie, [file]),
    imageKey({ ...bookworm, aptOptions: ['Acquire::Retries "3"'] }, [file]),
    imageKey(bookworm, []),
    imageKey(bookworm, [{ ...file, content: 'two' }]),
    imageKey(bookworm, [{ ...file, mode: 0o755 }]),
    imageKey(bookworm, [{ ...file, path: 'etc/two' }]),
  ];
  expect(new Set([key, ...others]).size).toBe(7);
});

test('what a job prints comes in whole lines, however it is cut, and its status is no line', () => {
  const text = 'one\r\ntwo\n\nshimwright-vm: status 0 is not one\nthree\nshimwright-vm: status 42\r\n';
  for (let size = 1; size <= text.length; size++) {
    const output = new JobOutput();
    const lines = [];
    for (let at = 0; at < text.length; at += size) lines.push(...output.add(text.slice(at, at + size)));
    expect([...lines, ...output.end()]).toEqual([
      'one',
      'two',
      '',
      'shimwright-vm: status 0 is not one',
      'three',
    ]);
    expect(output.status).toBe(42);
  }
});

test('a job that is cut short has no status, and its last words are kept', () => {
  const output = new JobOutput();
  expect(output.add('one\ntw')).toEqual(['one']);
  expect(output.end()).toEqual(['tw']);
  expect(output.end()).toEqual([]);
  expect(output.status).toBeUndefined();
});

test('an emulated machine has one processor, in one thread, and no machine can write to its disk', () => {
  const image = { disk: '/i/disk.raw', kernel: '/i/vmlinuz', initrd: '/i/initrd.img' };
  const emulated = qemuArguments(image, { accelerator: 'tcg', cargo: '/c.tar' }, '/console');
  expect(emulated.join(' ')).toMatch(/-accel tcg,thread=single .*-smp 1 /);
  const fast = qemuArguments(image, { accelerator: 'kvm', cargo: '/c.tar' }, '/console');
  expect(fast.join(' ')).toMatch(/-accel kvm .*-smp 2 /);
  for (const args of [emulated, fast]) {
    expect(args).toContain('file=/i/disk.raw,format=raw,if=virtio,snapshot=on');
    expect(args).toContain('file=/c.tar,format=raw,if=virtio,readonly=on');
  }
});

test('a machine that is a process has its own PIDs, and writes into its own directory only', () => {
  const { file, arguments: words } = userModeCommand(
    { disk: '/i/disk.raw' },
    { cargo: '/c.tar', directory: '/d' },
    '/d/console.log',
  );
  expect([file, ...words].join(' ')).toMatch(/^unshare .*--pid .*--kill-child /);
  expect(words).toContain('ubd0=/d/writes.cow,/i/disk.raw');
  expect(words).toContain('ubd1r=/c.tar');
  expect(words).toContain('eth0=vde,/d/switch');
});

test('a command of one word is text for the shell, and of several words is those words', () => {
  expect(shellText(['cd / && ls'])).toBe('cd / && ls');
  expect(shellText(['echo', "it's", 'a b', '$HOME', ''])).toBe(String.raw`echo 'it'\''s' 'a b' '$HOME' ''`);
});

test('the counts of a run are those that it ends with', () => {
  const output = [
    '\u001b[2m Test Files \u001b[22m \u001b[1m\u001b[31m2 failed\u001b[39m\u001b[22m | 3 passed (5)',
    '\u001b[2m      Tests \u001b[22m \u001b[31m7 failed\u001b[39m | \u001b[32m1204 passed\u001b[39m | 18 skipped (1229)',
    '     Skipped 15: needs command containerd-shim',
    '     Skipped 3: no cgroup v1 here',
  ];
  expect(testCounts(output)).toEqual({
    ...{ passed: 1204, failed: 7, skipped: 18 },
    reasons: ['15 needs command containerd-shim', '3 no cgroup v1 here'],
  });
  expect(testCounts(['      Tests  41 passed (41)'])).toEqual({
    passed: 41,
    failed: 0,
    skipped: 0,
    reasons: [],
  });
  expect(testCounts(['it never got there'])).toBeUndefined();
});

test('the table has a line for each system, also for one that never came to its tests', () => {
  const counts = { passed: 1204, failed: 0, skipped: 18, reasons: ['18 needs command containerd-shim'] };
  expect(
    table([
      { system: 'forky', counts, minutes: 12.345, ended: 'status 0' },
      { system: 'trixie', counts: undefined, minutes: 1, ended: 'the machine ended' },
    ]).split('\n'),
  ).toEqual([
    '| system | passed | failed | skipped | why skipped | ended | minutes |',
    '| --- | ---: | ---: | ---: | --- | --- | ---: |',
    '| forky | 1204 | 0 | 18 | 18 needs command containerd-shim | status 0 | 12.3 |',
    '| trixie | - | - | - | - | the machine ended | 1.0 |',
  ]);
});
