import type { Any } from '@shimwright/shim-api';

// Field 1000 of a TaskExit, a bool, which containerd does not have and every reader of protobuf passes over.
const MARK = Buffer.from([0xc0, 0x3e, 0x01]);

/** The event of an exit whose status is made up: it says so, to who asks with `isExitUnknown`. */
export function markUnknown(event: Any): Any {
  return { ...event, value: Buffer.concat([event.value, MARK]) };
}

/**
 * Whether the exit status in an event is made up: the process ended while its shim was dead, and the kernel no longer
 * knew how. It is 137 then.
 */
export function isExitUnknown({ value }: Any): boolean {
  return Buffer.from(value.subarray(-MARK.length)).equals(MARK);
}
