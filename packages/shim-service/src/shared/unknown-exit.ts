import type { Any } from '@shimwright/shim-api';

// Field 1000 of a TaskExit, a bool, which containerd does not have and every reader of protobuf passes over.
const MARK = Buffer.from([0xc0, 0x3e, 0x01]);

/** The event of an exit whose status is made up: it says so, to who asks. */
export function markUnknown(event: Any): Any {
  return { ...event, value: Buffer.concat([event.value, MARK]) };
}

/** Whether the status that an exit event tells is made up. */
export function isMarkedUnknown({ value }: Any): boolean {
  return Buffer.from(value.subarray(-MARK.length)).equals(MARK);
}
