import { invalidValue } from '../spec/invalid-value.ts';
import { checkText } from './option-value.ts';

/** The name of a capability; which there are is for the kernel to know. */
export function checkCapability(value: string, field: string): string {
  if (/^CAP_[A-Z][A-Z0-9_]*$/.test(checkText(value, field))) return value;
  throw invalidValue(field, `${JSON.stringify(value)} is no name such as CAP_KILL`);
}
