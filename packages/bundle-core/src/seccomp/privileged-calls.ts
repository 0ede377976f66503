import type { CallGroup } from './allowed-calls.ts';

/**
 * What a capability opens. Without one of those that open it, a call is refused before the kernel looks at it: in a
 * user namespace of its own a process has all capabilities, and the kernel's code behind these calls is what attacks
 * have come through.
 */
export const PRIVILEGED: Readonly<Record<string, CallGroup>> = {
  CAP_BPF: { why: 'programs in the kernel', calls: 'bpf' },
  CAP_CHECKPOINT_RESTORE: { why: 'to look for what processes share', calls: 'kcmp' },
  CAP_DAC_READ_SEARCH: {
    why: 'a file by its handle, past all directories: the way out of a container called shocker',
    calls: 'open_by_handle_at',
  },
  CAP_PERFMON: { why: 'counters of the whole machine', calls: 'perf_event_open' },
  CAP_SYSLOG: { why: 'the kernel’s log, which tells its addresses', calls: 'syslog' },
  CAP_SYS_ADMIN: {
    why: 'mounts, namespaces, quotas, names of the machine, and what else needs the capability for nearly everything',
    calls: `bpf clone clone3 fanotify_init fanotify_mark fsconfig fsmount fsopen fspick listns lookup_dcookie mount
      mount_setattr move_mount open_tree open_tree_attr perf_event_open quotactl quotactl_fd setdomainname sethostname
      setns syslog umount umount2 unshare`,
  },
  CAP_SYS_BOOT: { why: 'to boot the machine anew', calls: 'reboot' },
  CAP_SYS_CHROOT: { why: 'another root, which is a way out of one', calls: 'chroot' },
  CAP_SYS_MODULE: { why: 'modules of the kernel', calls: 'delete_module finit_module init_module' },
  CAP_SYS_NICE: {
    why: 'on which nodes memory is, also that of others',
    calls: 'get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node',
  },
  CAP_SYS_PACCT: { why: 'the accounting of all processes', calls: 'acct' },
  CAP_SYS_PTRACE: {
    why: 'the memory, registers and descriptors of other processes',
    calls: 'kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace',
  },
  CAP_SYS_RAWIO: { why: 'ports of devices', calls: 'ioperm iopl' },
  CAP_SYS_TIME: {
    why: 'the host’s clocks, of which there is one for all',
    calls: 'clock_settime clock_settime64 settimeofday stime',
  },
  CAP_SYS_TTY_CONFIG: { why: 'to hang up a terminal', calls: 'vhangup' },
};

/** What no capability opens. */
export const REFUSED: readonly CallGroup[] = [
  {
    why: 'keys, which the kernel keeps by user and not by container',
    calls: 'add_key keyctl request_key',
  },
  { why: 'another kernel', calls: 'kexec_file_load kexec_load' },
  { why: 'another root for all processes; the runtime has done so', calls: 'pivot_root' },
  { why: 'the host’s swap', calls: 'swapoff swapon' },
  {
    why: 'segments and modes of 16-bit programs, whose code in the kernel is old and seldom run',
    calls: 'modify_ldt vm86 vm86old',
  },
  {
    why: 'registers of devices',
    calls:
      'pciconfig_iobase pciconfig_read pciconfig_write rtas s390_pci_mmio_read s390_pci_mmio_write s390_sthyi',
  },
  {
    why: 'libraries, statistics and tables of kernels long gone',
    calls: '_sysctl nfsservctl sysfs uselib ustat',
  },
];

/**
 * What a program is told does not exist, as are all calls that are named nowhere: its library then takes the older way,
 * which is filtered.
 */
export const ABSENT: readonly CallGroup[] = [
  {
    why: 'its flags are in memory, where a filter cannot look; libraries take clone instead',
    calls: 'clone3',
  },
  {
    why: 'a second door to nearly all calls, which no filter sees; libraries take the calls themselves',
    calls: 'io_uring_enter io_uring_register io_uring_setup',
  },
  {
    why: 'to hold up the kernel in the middle of a copy, which attacks are made easy by',
    calls: 'userfaultfd',
  },
  {
    why: 'mounts in single steps; without them mount(8) takes mount(2), and is refused',
    calls: 'fsconfig fsmount fsopen fspick listns mount_setattr move_mount open_tree open_tree_attr',
  },
  {
    why: 'security modules, which are the host’s',
    calls: 'lsm_get_self_attr lsm_list_modules lsm_set_self_attr',
  },
  {
    why: 'names in the tables without a call behind them for many years',
    calls: `afs_syscall bdflush break create_module epoll_ctl_old epoll_wait_old ftime get_kernel_syms getpmsg gtty idle lock mpx multiplexer oldfstat
      oldlstat oldolduname oldstat olduname prof profil putpmsg query_module security sgetmask spu_create spu_run ssetmask
      stty subpage_prot switch_endian sys_debug_setcontext timerfd tuxcall ulimit vserver`,
  },
];
