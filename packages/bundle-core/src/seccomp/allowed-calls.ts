/** System calls that belong together. */
export interface CallGroup {
  /** What they are for, and why they are here. */
  readonly why: string;
  /** Their names, as the kernel's tables of all architectures have them, with blanks between. */
  readonly calls: string;
}

/**
 * What every container may call: what works on the process itself and on what it was given. Whatever else the kernel
 * checks, such as who owns a file, it checks as always.
 */
export const ALLOWED: readonly CallGroup[] = [
  {
    why: 'processes and threads, which the container has its own limit and its own numbers of; clone is by its flags',
    calls: `arch_prctl execve execveat exit exit_group fork get_robust_list getcpu getpgid getpgrp getpid getppid getsid
      gettid kill pause pidfd_open pidfd_send_signal prctl process_mrelease restart_syscall rseq rseq_slice_yield
      set_robust_list set_tid_address setpgid setsid tgkill tkill vfork wait4 waitid waitpid`,
  },
  {
    why: 'signals',
    calls: `rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
      rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask
      sigreturn sigsuspend`,
  },
  {
    why: 'its share of processors and other resources, up to what it has',
    calls: `getpriority getrlimit getrusage ioprio_get ioprio_set nice prlimit64 sched_get_priority_max
      sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval
      sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield
      setpriority setrlimit times ugetrlimit`,
  },
  {
    why: 'its memory',
    calls: `brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap
      mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages`,
  },
  {
    why: 'to tell the time and to wait; what would change a clock of the host is refused by the kernel',
    calls: `adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
      clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create timer_delete
      timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime
      timerfd_gettime64 timerfd_settime timerfd_settime64`,
  },
  {
    why: 'to wait for descriptors and for each other',
    calls: `_newselect epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait
      eventfd eventfd2 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake io_cancel
      io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit poll ppoll ppoll_time64 pselect6
      pselect6_time64 select`,
  },
  {
    why: 'descriptors, and to read and write',
    calls: `_llseek arm_fadvise64_64 arm_sync_file_range close close_range copy_file_range dup dup2 dup3 fadvise64
      fadvise64_64 fallocate fcntl fcntl64 fdatasync flock fsync ftruncate ftruncate64 ioctl lseek pipe pipe2 pread64 preadv
      preadv2 pwrite64 pwritev pwritev2 read readahead readv sendfile sendfile64 splice sync sync_file_range
      sync_file_range2 syncfs tee vmsplice write writev`,
  },
  {
    why: 'files by their names, in its own tree',
    calls: `access chdir chmod chown chown32 creat faccessat faccessat2 fchdir fchmod fchmodat fchmodat2 fchown fchown32
      fchownat fstat fstat64 fstatat64 fstatfs fstatfs64 futimesat getcwd getdents getdents64 inotify_add_watch inotify_init
      inotify_init1 inotify_rm_watch lchown lchown32 link linkat listmount lstat lstat64 mkdir mkdirat mknod mknodat
      name_to_handle_at newfstatat open openat openat2 readdir readlink readlinkat rename renameat renameat2 rmdir stat
      stat64 statfs statfs64 statmount statx symlink symlinkat truncate truncate64 umask unlink unlinkat utime utimensat
      utimensat_time64 utimes`,
  },
  {
    why: 'attributes of files',
    calls: `fgetxattr file_getattr file_setattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr
      listxattrat llistxattr lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat`,
  },
  {
    why: 'sockets that exist; to make one is by its family',
    calls: `accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64
      recvmsg send sendmmsg sendmsg sendto setsockopt shutdown`,
  },
  {
    why: 'queues, semaphores and shared memory, which are in its own namespace',
    calls: `ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
      mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget`,
  },
  {
    why: 'who it is; to become somebody else takes capabilities, which the kernel checks',
    calls: `capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid getresgid32
      getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32
      setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32`,
  },
  { why: 'what machine it is on, and randomness', calls: 'getrandom sysinfo uname' },
  {
    why: 'to bind itself further',
    calls: 'landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp',
  },
  {
    why: 'what the C library or the kernel itself needs on one architecture: x86, arm, riscv, s390, powerpc',
    calls: `breakpoint cacheflush get_thread_area get_tls riscv_flush_icache riscv_hwprobe s390_guarded_storage
      s390_runtime_instr set_thread_area set_tls swapcontext uprobe uretprobe usr26 usr32`,
  },
];
