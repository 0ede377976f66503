import type { Int64 } from './int64.ts';

/** The filter of system calls; see `seccomp(2)`. */
export interface LinuxSeccomp {
  /** What happens to a call without a rule. */
  defaultAction: LinuxSeccompAction;
  /** The errno of the default action, where it gives one; `EPERM` otherwise. Since 1.1. */
  defaultErrnoRet?: number;
  /** The architectures whose calls are filtered, such as `SCMP_ARCH_X86_64`; the machine's own otherwise. */
  architectures?: string[];
  /** Flags by their constants' names, such as `SECCOMP_FILTER_FLAG_LOG`. */
  flags?: string[];
  /** The socket that gets the descriptor of `SCMP_ACT_NOTIFY`. */
  listenerPath?: string;
  /** Any text that is sent to the listener along with it. */
  listenerMetadata?: string;
  /** The rules. */
  syscalls?: LinuxSyscall[];
}

/** What happens to a system call. */
export type LinuxSeccompAction =
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_TRAP'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_NOTIFY';

/** A rule on system calls. */
export interface LinuxSyscall {
  /** The calls it is about, such as `openat`; one at least. */
  names: string[];
  /** What happens to them. */
  action: LinuxSeccompAction;
  /** The errno of the action, where it gives one; `EPERM` otherwise. */
  errnoRet?: number;
  /** What their arguments must be for the rule to apply; all of it. */
  args?: LinuxSeccompArg[];
}

/** What one argument of a system call must be. */
export interface LinuxSeccompArg {
  /** Which argument, from 0. */
  index: number;
  /** What it is compared with; the mask, for `SCMP_CMP_MASKED_EQ`. */
  value: Int64;
  /** What the masked argument is compared with. */
  valueTwo?: Int64;
  /** How they are compared. */
  op:
    | 'SCMP_CMP_NE'
    | 'SCMP_CMP_LT'
    | 'SCMP_CMP_LE'
    | 'SCMP_CMP_EQ'
    | 'SCMP_CMP_GE'
    | 'SCMP_CMP_GT'
    | 'SCMP_CMP_MASKED_EQ';
}
