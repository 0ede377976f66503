import { ContainerError } from '../errors.ts';

/** An option or argument that cannot be used. */
export function badOption(option: string, problem: string, cause?: unknown): ContainerError {
  return new ContainerError('ERR_CONTAINER_ARGUMENT', `${option} ${problem}`, { option, cause });
}

/** Whatever was given, short enough for a message. It never throws, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
