import type { LinuxSyscall } from '../spec/seccomp.ts';

/** The errno of what is refused. */
export const EPERM = 1;

// The flags of clone(2) and unshare(2) that make namespaces. To the former, CLONE_NEWTIME's bit is one of a signal.
const CLONE_NEWNS = 0x0002_0000;
const CLONE_NEWCGROUP = 0x0200_0000;
const CLONE_NEWUTS = 0x0400_0000;
const CLONE_NEWIPC = 0x0800_0000;
const CLONE_NEWUSER = 0x1000_0000;
const CLONE_NEWPID = 0x2000_0000;
const CLONE_NEWNET = 0x4000_0000;
const CLONE_NEWTIME = 0x0000_0080;

const NAMESPACES = [
  CLONE_NEWNS,
  CLONE_NEWCGROUP,
  CLONE_NEWUTS,
  CLONE_NEWIPC,
  CLONE_NEWUSER,
  CLONE_NEWPID,
  CLONE_NEWNET,
];

// The families of sockets that programs use; each other one is a driver that an attacker could have loaded by its name.
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;

// What programs ask the kernel about: routes and addresses, sockets, devices that come, and what has names of its own.
const NETLINK_ROUTE = 0;
const NETLINK_SOCK_DIAG = 4;
const NETLINK_KOBJECT_UEVENT = 15;
const NETLINK_GENERIC = 16;

// Linux, that of 32 bits, each with a version from before 3.0, and the question which one it is. What is left out turns
// off the randomness of addresses, among others.
const PERSONALITIES = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** Calls that are allowed by their arguments. All of these are in registers: memory may change after a look at it. */
export function conditionalCalls(capabilities: ReadonlySet<string>, arch: string): LinuxSyscall[] {
  const isAdmin = capabilities.has('CAP_SYS_ADMIN');
  return [
    // On s390 the stack comes first.
    ...(isAdmin ? [] : withoutFlags('clone', arch === 's390x' ? 1 : 0, NAMESPACES)),
    ...(isAdmin ? [] : withoutFlags('unshare', 0, [...NAMESPACES, CLONE_NEWTIME])),
    ...socketCalls(capabilities),
    ...PERSONALITIES.map((value) => allow('personality', [equal(0, value)])),
    // On x86 and s390 the older way to all calls on sockets: the family is in memory, where a filter cannot look. It must
    // be named, and last: for each rule on a socket, libseccomp adds one that allows this call.
    refuse('socketcall'),
  ];
}

/** Allows a call without any of the flags, and refuses it with one. */
function withoutFlags(name: string, index: number, flags: readonly number[]): LinuxSyscall[] {
  const all = flags.reduce((sum, flag) => sum + flag, 0);
  return [
    allow(name, [{ index, value: all, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]),
    ...flags.map((flag) => ({
      ...refuse(name),
      args: [{ index, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' as const }],
    })),
  ];
}

function socketCalls(capabilities: ReadonlySet<string>): LinuxSyscall[] {
  const families = [AF_UNIX, AF_INET, AF_INET6];
  if (capabilities.has('CAP_NET_RAW')) families.push(AF_PACKET);
  const netlink = capabilities.has('CAP_NET_ADMIN')
    ? [allow('socket', [equal(0, AF_NETLINK)])]
    : [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT, NETLINK_GENERIC].map((protocol) =>
        allow('socket', [equal(0, AF_NETLINK), equal(2, protocol)]),
      );
  return [
    ...families.map((family) => allow('socket', [equal(0, family)])),
    ...netlink,
    allow('socketpair', [equal(0, AF_UNIX)]),
  ];
}

function allow(name: string, args: LinuxSyscall['args'] & object): LinuxSyscall {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args };
}

function refuse(name: string): LinuxSyscall {
  return { names: [name], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM };
}

function equal(index: number, value: number): NonNullable<LinuxSyscall['args']>[number] {
  return { index, value, op: 'SCMP_CMP_EQ' };
}
