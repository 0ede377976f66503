import { parseAddress } from '@shimwright/shim-address';
import { BootstrapResult } from '@shimwright/shim-api/bootstrap';
import { ShimClientError } from '../errors.ts';

/** Where a shim is reached, and how. */
export interface TaskEndpoint {
  /** The version of the task service. */
  readonly version: 2 | 3;
  /** Where it listens: `unix://PATH`. */
  readonly address: string;
}

/** What any of the answers says, before anything of it is believed. */
interface Claim {
  readonly version: unknown;
  readonly address: unknown;
  readonly protocol: unknown;
}

const OPENING_BRACE = 0x7b;

// Field 1 of a BootstrapResult, or field 2 where the version is left out.
const RESULT_TAGS: readonly number[] = [0x08, 0x12];

/**
 * What a shim's `start` has answered: an address in plain text, JSON of containerd 2.0 and later, or a `BootstrapResult` of 2.3
 * and later.
 *
 * @param from what answered, in the words of the message.
 * @throws {ShimClientError} `ERR_SHIM_BOOTSTRAP` for what is no answer, `ERR_SHIM_PROTOCOL` for a shim that wants gRPC, or a task
 * service of another version than 2 and 3.
 */
export function parseStartAnswer(answer: Uint8Array, from: string): TaskEndpoint {
  const bytes = Buffer.from(answer);
  const [first] = bytes;
  if (first === undefined) throw noAnswer(from, 'nothing');
  if (first === OPENING_BRACE) return endpointOf(ofJson(bytes, from), from);
  if (RESULT_TAGS.includes(first)) return endpointOf(ofResult(bytes, from), from);
  return endpointOf({ version: 2, address: bytes.toString().trim(), protocol: 'ttrpc' }, from);
}

function ofJson(bytes: Buffer, from: string): Claim {
  try {
    const { version, address, protocol } = JSON.parse(bytes.toString());
    return { version, address, protocol };
  } catch (cause) {
    throw noAnswer(from, 'JSON that is not whole', cause);
  }
}

function ofResult(bytes: Buffer, from: string): Claim {
  try {
    return BootstrapResult.decode(bytes);
  } catch (cause) {
    throw noAnswer(from, 'a message that is not whole', cause);
  }
}

function endpointOf({ version, address, protocol }: Claim, from: string): TaskEndpoint {
  const addressText = typeof address === 'string' ? address : '';
  requireTtrpc(protocol, from);
  if (version !== 2 && version !== 3) {
    const message = `${from} speaks version ${JSON.stringify(version)} of the task service; 2 and 3 are known`;
    throw new ShimClientError('ERR_SHIM_PROTOCOL', message, { path: from });
  }
  return { version, address: checkedAddress(addressText, from) };
}

/** An answer that names no protocol means ttrpc, as to containerd. */
function requireTtrpc(protocol: unknown, from: string): void {
  if (protocol === undefined || protocol === '' || protocol === 'ttrpc') return;
  const message = `${from} wants to be spoken to by ${JSON.stringify(protocol)}; only ttrpc is spoken here`;
  throw new ShimClientError('ERR_SHIM_PROTOCOL', message, { path: from });
}

/** The address must be a file: anybody could take an abstract name. */
function checkedAddress(address: string, from: string): string {
  let kind: string;
  try {
    ({ kind } = parseAddress(address));
  } catch (cause) {
    throw noAnswer(from, messageOf(cause), cause);
  }
  if (kind === 'path') return address;
  throw noAnswer(from, `the abstract name ${JSON.stringify(address)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `what cannot be used: ${error.message}` : 'what cannot be used';
}

function noAnswer(from: string, what: string, cause?: unknown): ShimClientError {
  const message = `${from} answered ${what}, where the address of the shim should be`;
  return new ShimClientError('ERR_SHIM_BOOTSTRAP', message, {
    path: from,
    ...(cause !== undefined && { cause }),
  });
}
