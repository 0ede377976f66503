import { closeSync } from 'node:fs';
import { receiveMessage } from './message.ts';
import { NativeError } from './native-error.ts';

// A name is all that comes with a terminal.
const MAX_BYTES = 4096;

/**
 * Returns the descriptor of one message on the Unix socket `fd`, such as the terminal that `runc create --console-socket`
 * sends, or undefined while there is no message. It never blocks, and reads exactly one message and nothing after it. The
 * descriptor is closed on exec, and you must close it.
 *
 * Node must not read from the socket meanwhile (`pauseOnConnect`), because it drops descriptors. See unix(7) and
 * cmsg(3).
 *
 * @throws {NativeError} `ERR_NATIVE_DESCRIPTOR` if the peer has closed, or if its message has no descriptor, several, or
 *   more than could be opened. Those that came are closed.
 * @throws a system error of `recvmsg`: `EBADF`, `ENOTSOCK`, `ECONNRESET`.
 */
export function receiveDescriptor(fd: number): number | undefined {
  const message = receiveMessage(fd, MAX_BYTES);
  if (message === undefined) return undefined;
  const { data, descriptors, isCut } = message;
  const [first] = descriptors;
  if (first !== undefined && descriptors.length === 1 && !isCut) return first;
  for (const each of descriptors) closeSync(each);
  throw new NativeError('ERR_NATIVE_DESCRIPTOR', reason(data.length, descriptors.length, isCut));
}

function reason(bytes: number, count: number, isCut: boolean): string {
  if (isCut) return 'the message has descriptors that this process could not open';
  if (count > 1) return `the message has ${count} descriptors instead of one`;
  return bytes === 0 ? 'the peer closed and sent no descriptor' : 'the message has no descriptor';
}
