import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long one run of a publisher may take: as long as the stock shim gives it. */
const TIMEOUT_MS = 30_000;

/** An event that a program is to publish. */
export interface Publication {
  /** The program. */
  readonly program: string;
  /** The address of the manager, told to the program. */
  readonly address: string;
  /** The namespace of the container. */
  readonly namespace: string;
  /** What happened, for example `/tasks/exit`. */
  readonly topic: string;
}

/**
 * Has a program publish one event, as `PROGRAM --address ADDRESS publish --topic TOPIC --namespace NAMESPACE`. One that
 * takes longer than 30 seconds is killed.
 *
 * @param event a serialized `google.protobuf.Any` for its stdin, or a descriptor that reads as one.
 * @throws unless the program exited with status 0.
 */
export async function runPublisher(publication: Publication, event: Uint8Array | number): Promise<void> {
  const { program, address, namespace, topic } = publication;
  const args = ['--address', address, 'publish', '--topic', topic, '--namespace', namespace];
  const stdin = typeof event === 'number' ? event : 'pipe';
  const child = spawn(program, args, {
    stdio: [stdin, 'ignore', 'ignore'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL', // one that hangs may well ignore a request
  });
  child.stdin?.on('error', () => {}); // its status tells
  if (typeof event !== 'number') child.stdin?.end(event);
  const [status, signal] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${program} ended with ${signal ?? `status ${status}`}`);
}
