import { checkObject, checkText } from '../checks/option-value.ts';
import { type Int64, RLIM_INFINITY } from '../spec/int64.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { PosixRlimit } from '../spec/process.ts';

/** A limit. `'unlimited'` and Infinity mean no limit. */
export interface RlimitOption {
  /** The resource by its constant's name, such as `RLIMIT_NOFILE`. */
  readonly type: string;
  /** The limit in force. */
  readonly soft: Int64 | 'unlimited';
  /** Up to where the process may raise `soft`. */
  readonly hard: Int64 | 'unlimited';
}

/** A limit with values in order: the one in force is not above the one up to which it may be raised. */
export function checkRlimit(limit: RlimitOption, field: string): PosixRlimit {
  const { type, soft, hard } = checkObject(limit, field);
  if (!/^RLIMIT_[A-Z]+$/.test(checkText(type, `${field}.type`))) {
    throw invalidValue(`${field}.type`, `${JSON.stringify(type)} is no name such as RLIMIT_NOFILE`);
  }
  const checked = { type, soft: checkLimit(soft, `${field}.soft`), hard: checkLimit(hard, `${field}.hard`) };
  if (checked.soft <= checked.hard) return checked;
  throw invalidValue(`${field}.soft`, `is ${checked.soft}, more than the hard limit of ${checked.hard}`);
}

function checkLimit(value: unknown, field: string): Int64 {
  if (value === Infinity || value === 'unlimited') return RLIM_INFINITY;
  if (typeof value === 'bigint' && value >= 0n && value <= RLIM_INFINITY) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidValue(
    field,
    `must be a whole number from 0 on, a bigint beyond 2^53, or 'unlimited', not ${String(value)}`,
  );
}
