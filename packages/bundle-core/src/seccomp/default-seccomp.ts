import { checkOptions } from '../check-options.ts';
import { checkCapability } from '../checks/capability.ts';
import { checkList, checkText } from '../checks/option-value.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { LinuxSeccomp } from '../spec/seccomp.ts';
import { ALLOWED, type CallGroup } from './allowed-calls.ts';
import { conditionalCalls, EPERM } from './conditional-calls.ts';
import { ABSENT, PRIVILEGED, REFUSED } from './privileged-calls.ts';

/** What a filter of system calls depends on. */
export interface DefaultSeccompOptions {
  /** The capabilities that the container keeps: each opens the calls it is for. @default [] */
  readonly capabilities?: readonly string[];
  /**
   * The architecture of the machine, as Node calls it: `arm`, `arm64`, `ia32`, `loong64`, `ppc64`, `riscv64`,
   * `s390x`, `x64`.
   *
   * @default process.arch
   */
  readonly arch?: string;
}

const ENOSYS = 38;

// What a processor runs besides programs of its own kind comes after those. Of x86, not x32: distributions' kernels run
// none of it, and each further table costs a runtime as much again to compile as the first two (runc: 39 ms of CPU without a
// filter, 54 with these two, 70 with x32 as well). A process that makes a call of a kind that is not listed is ended.
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  arm: ['SCMP_ARCH_ARM'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  ia32: ['SCMP_ARCH_X86'],
  loong64: ['SCMP_ARCH_LOONGARCH64'],
  ppc64: ['SCMP_ARCH_PPC64LE'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
};

/**
 * Returns a filter of system calls for `linux.seccomp`. It is similar to the defaults of containerd, Docker and podman, but
 * narrower: a list of what is allowed, depending on the architecture and the capabilities. A call that needs a privilege
 * gives EPERM. A call that is newer than programs expect, or that has an older form which can be filtered, gives ENOSYS, so
 * that the program uses the older form. The object is new each time, and you may change it.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, with the `field`, for an unknown capability or architecture;
 * `ERR_BUNDLE_ARGUMENT` for options that are none.
 */
export function defaultSeccomp(options: DefaultSeccompOptions = {}): LinuxSeccomp {
  const { arch = process.arch } = checkOptions(options);
  const capabilities = new Set(checkList(options.capabilities ?? [], 'capabilities', checkCapability));
  const architectures = Object.hasOwn(ARCHITECTURES, checkText(arch, 'arch'))
    ? ARCHITECTURES[arch]
    : undefined;
  if (!architectures)
    throw invalidValue('arch', `${JSON.stringify(arch)} has no known table of system calls`);
  const opened = Object.entries(PRIVILEGED).filter(([capability]) => capabilities.has(capability));
  lists ??= readLists();
  const { allowed, refused } = lists;
  const names = new Set([...allowed, ...namesOf(opened.map(([, group]) => group))]);
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: ENOSYS,
    architectures: [...architectures],
    syscalls: [
      { names: [...names], action: 'SCMP_ACT_ALLOW' },
      {
        names: refused.filter((name) => !names.has(name)),
        action: 'SCMP_ACT_ERRNO',
        errnoRet: EPERM,
      },
      ...conditionalCalls(capabilities, arch),
    ],
  };
}

/** The lists of calls as names, which are the same for all filters. */
let lists: { readonly allowed: readonly string[]; readonly refused: readonly string[] } | undefined;

function readLists(): NonNullable<typeof lists> {
  // Of what a capability opens, what is not refused without it: it is absent then, or allowed by its arguments.
  const unrefused = new Set([...namesOf(ABSENT), 'clone', 'unshare']);
  const refused = namesOf([...Object.values(PRIVILEGED), ...REFUSED]);
  return { allowed: namesOf(ALLOWED), refused: refused.filter((name) => !unrefused.has(name)) };
}

function namesOf(groups: readonly CallGroup[]): string[] {
  return [...new Set(groups.flatMap(({ calls }) => calls.split(/\s+/)))];
}
