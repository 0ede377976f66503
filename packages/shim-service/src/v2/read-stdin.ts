import { fstatSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** More than a daemon could mean; as much as the front program takes. */
const MAX_BYTES = 100_000;

/** Where the front program leaves what it has read, when that is for Node. */
const VARIABLE = 'SHIMWRIGHT_STDIN=';

/**
 * All that the daemon gives.
 *
 * @throws {Error} for more than it could mean.
 */
export function readStdin(): Uint8Array {
  const given = fromFront() ?? fromDaemon();
  if (given.length <= MAX_BYTES) return given;
  throw new Error(`the ${given.length} bytes on stdin are more than options can have`);
}

/** As bytes, since they are no text. */
function fromFront(): Uint8Array | undefined {
  const variables = readFileSync('/proc/self/environ').toString('latin1').split('\0');
  const found = variables.find((variable) => variable.startsWith(VARIABLE));
  return found === undefined ? undefined : Buffer.from(found.slice(VARIABLE.length), 'latin1');
}

function fromDaemon(): Uint8Array {
  try {
    fstatSync(0);
  } catch {
    return new Uint8Array(); // it was closed
  }
  return isatty(0) ? new Uint8Array() : readFileSync(0);
}
