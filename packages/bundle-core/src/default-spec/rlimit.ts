import { type Int64, RLIM_INFINITY } from '../spec/int64.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { PosixRlimit } from '../spec/process.ts';
import { checkObject, checkText } from './option-value.ts';

/** A limit with values in order: the one in force is not above the one up to which it may be raised. */
export function checkRlimit(limit: Readonly<PosixRlimit>, field: string): PosixRlimit {
  const { type, soft, hard } = checkObject(limit, field);
  if (!/^RLIMIT_[A-Z]+$/.test(checkText(type, `${field}.type`))) {
    throw invalidValue(`${field}.type`, `${JSON.stringify(type)} is no name such as RLIMIT_NOFILE`);
  }
  const checked = { type, soft: checkLimit(soft, `${field}.soft`), hard: checkLimit(hard, `${field}.hard`) };
  if (checked.soft <= checked.hard) return checked;
  throw invalidValue(`${field}.soft`, `is ${checked.soft}, more than the hard limit of ${checked.hard}`);
}

function checkLimit(value: unknown, field: string): Int64 {
  if (value === Infinity) return RLIM_INFINITY;
  if (typeof value === 'bigint' && value >= 0n && value <= RLIM_INFINITY) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidValue(
    field,
    `must be a whole number from 0 on, a bigint beyond 2^53, or Infinity, not ${String(value)}`,
  );
}
