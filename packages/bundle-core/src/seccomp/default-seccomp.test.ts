import { describe, expect, test } from 'vitest';
import { allSystemCalls, systemCalls } from '../../test/fixtures/system-calls.ts';
import type { LinuxSeccomp } from '../spec/seccomp.ts';
import { ALLOWED, type CallGroup } from './allowed-calls.ts';
import { defaultSeccomp } from './default-seccomp.ts';
import { ABSENT, PRIVILEGED, REFUSED } from './privileged-calls.ts';

const namesIn = (groups: readonly CallGroup[]) => groups.flatMap(({ calls }) => calls.split(/\s+/));
const BY_ARGUMENT = ['clone', 'personality', 'socket', 'socketcall', 'socketpair', 'unshare'];

/** The calls with a rule of that action, whatever the arguments. */
function callsBy({ syscalls = [] }: LinuxSeccomp, action: string): Set<string> {
  return new Set(syscalls.filter((rule) => rule.action === action).flatMap(({ names }) => names));
}

describe('the lists', () => {
  const listed = namesIn([...ALLOWED, ...REFUSED, ...ABSENT, ...Object.values(PRIVILEGED)]);

  test('name nothing that is in no table of the kernel', () => {
    const known = allSystemCalls();
    expect(listed.filter((name) => !known.has(name))).toEqual([]);
  });

  test('decide about every call in the tables, so that a new one is seen when they are renewed', () => {
    const decided = new Set([...listed, ...BY_ARGUMENT]);
    expect([...allSystemCalls()].filter((name) => !decided.has(name))).toEqual([]);
  });

  test('say one thing of each call', () => {
    const allowed = namesIn(ALLOWED);
    expect(allowed.filter((name, index) => allowed.indexOf(name) !== index)).toEqual([]);
    const others = new Set([
      ...namesIn([...REFUSED, ...ABSENT, ...Object.values(PRIVILEGED)]),
      ...BY_ARGUMENT,
    ]);
    expect(allowed.filter((name) => others.has(name))).toEqual([]);
    expect(namesIn(REFUSED).filter((name) => namesIn(ABSENT).includes(name))).toEqual([]);
  });
});

describe('defaultSeccomp', () => {
  test('allows what is listed, and answers ENOSYS to what is not', () => {
    expect(defaultSeccomp()).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 });
    const allowed = callsBy(defaultSeccomp(), 'SCMP_ACT_ALLOW');
    expect([...allowed]).toEqual(expect.arrayContaining(['read', 'openat', 'execve', 'futex', 'clone']));
    for (const call of ['mount', 'bpf', 'keyctl', 'clone3', 'io_uring_setup', 'ptrace', 'setns']) {
      expect(allowed).not.toContain(call);
    }
  });

  test('refuses a privilege by EPERM, and hides what has an older way', () => {
    const refused = callsBy(defaultSeccomp(), 'SCMP_ACT_ERRNO');
    expect([...refused]).toEqual(expect.arrayContaining(['mount', 'bpf', 'keyctl', 'ptrace', 'setns']));
    for (const call of ['clone3', 'io_uring_setup', 'fsopen', 'userfaultfd'])
      expect(refused).not.toContain(call);
  });

  test.each([
    ['CAP_SYS_ADMIN', ['mount', 'setns', 'clone3', 'fsopen', 'bpf']],
    ['CAP_SYS_PTRACE', ['ptrace', 'process_vm_readv', 'pidfd_getfd']],
    ['CAP_BPF', ['bpf']],
    ['CAP_SYS_CHROOT', ['chroot']],
    ['CAP_SYS_TIME', ['clock_settime', 'settimeofday']],
    ['CAP_DAC_READ_SEARCH', ['open_by_handle_at']],
  ])('opens with %s what that is for, and nothing else', (capability, calls) => {
    const without = callsBy(defaultSeccomp(), 'SCMP_ACT_ALLOW');
    const opened = callsBy(defaultSeccomp({ capabilities: [capability] }), 'SCMP_ACT_ALLOW');
    expect([...opened]).toEqual(expect.arrayContaining(calls));
    const listed = new Set(PRIVILEGED[capability]?.calls.split(/\s+/));
    expect([...opened].filter((call) => !without.has(call) && !listed.has(call))).toEqual([]);
  });

  test.each(['CAP_CHOWN', 'CAP_KILL', 'CAP_SETUID', 'CAP_NET_BIND_SERVICE'])(
    'opens nothing with %s, which the kernel itself looks after',
    (capability) => {
      expect(defaultSeccomp({ capabilities: [capability] })).toEqual(defaultSeccomp());
    },
  );

  test('lets processes be made, but no namespaces, unless with CAP_SYS_ADMIN', () => {
    const rulesFor = (name: string, capabilities: string[]) =>
      defaultSeccomp({ capabilities, arch: 'x64' }).syscalls?.filter(({ names }) => names.includes(name)) ??
      [];
    const [allow, ...refusals] = rulesFor('clone', []);
    expect(allow).toMatchObject({
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 0x7e02_0000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    });
    expect(refusals).toHaveLength(7);
    expect(rulesFor('unshare', [])[0]?.args?.[0]?.value).toBe(0x7e02_0080);
    for (const name of ['clone', 'unshare']) {
      const [rule, ...more] = rulesFor(name, ['CAP_SYS_ADMIN']);
      expect([rule?.action, rule?.args, more]).toEqual(['SCMP_ACT_ALLOW', undefined, []]);
    }
  });

  test('looks at the second argument of clone on s390, where the stack comes first', () => {
    const clone = defaultSeccomp({ arch: 's390x' }).syscalls?.find(({ names }) => names.includes('clone'));
    expect(clone?.args?.[0]?.index).toBe(1);
  });

  test.each([
    ['x64', ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']],
    ['arm64', ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']],
    ['riscv64', ['SCMP_ARCH_RISCV64']],
    ['s390x', ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390']],
  ])('filters the calls of all programs that run on %s', (arch, architectures) => {
    expect(defaultSeccomp({ arch }).architectures).toEqual(architectures);
  });

  test.each(['x86_64', 'aarch64', 'x86', 'arm'] as const)(
    'allows what a program needs to start on %s',
    (table) => {
      const calls = systemCalls(table);
      const allowed = callsBy(defaultSeccomp(), 'SCMP_ACT_ALLOW');
      const needed = [
        'execve',
        'brk',
        'mmap',
        'mmap2',
        'openat',
        'set_tid_address',
        'arch_prctl',
        'set_thread_area',
      ];
      expect(needed.filter((call) => calls.has(call) && !allowed.has(call))).toEqual([]);
    },
  );

  test('is new each time', () => {
    const first = defaultSeccomp();
    const fresh = structuredClone(first);
    first.syscalls?.splice(0);
    first.architectures?.splice(0);
    expect(defaultSeccomp()).toEqual(fresh);
  });

  test.each([
    ['capabilities', { capabilities: 'CAP_KILL' }],
    ['capabilities[0]', { capabilities: ['kill'] }],
    ['arch', { arch: 'toString' }],
    ['arch', { arch: 'vax' }],
    ['arch', { arch: 7 }],
  ])('refuses %s in %j', (field, options) => {
    expect(() => defaultSeccomp(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_SPEC', field }),
    );
  });

  test.each([null, 7, 'x64'])('refuses %o as options', (options) => {
    expect(() => defaultSeccomp(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_BUNDLE_ARGUMENT' }),
    );
  });
});
