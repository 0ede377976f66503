import type { TaskExit } from '@shimwright/shim-api';

/** When a process ended, as one word. */
export function timeOf({ exitedAt }: TaskExit): string {
  return `${exitedAt?.seconds}.${exitedAt?.nanos}`;
}
