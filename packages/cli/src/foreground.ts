import type { Container } from '@shimwright/containers';
import { write } from './output.ts';
import { followSize, proxySignals, rawInput } from './terminal.ts';

/** How a container is run in the foreground. */
export interface ForegroundOptions {
  readonly interactive: boolean;
  readonly terminal: boolean;
  /** Whether it is removed when it has ended. */
  readonly remove: boolean;
  readonly timeoutMs: number | undefined;
}

/**
 * Starts a container, with its input and output here, and sees it to its end. Should this program be killed, the container goes on.
 *
 * @returns what it ended with.
 */
export async function attachForeground(container: Container, options: ForegroundOptions): Promise<number> {
  const { interactive, terminal, remove, timeoutMs } = options;
  try {
    using attached = await container.attach({ logs: true });
    using _signals = proxySignals(container);
    using _size = terminal ? await followSize(container) : undefined; // it has its size before it can ask for it
    await container.start();
    using _raw = terminal && interactive ? rawInput() : undefined;
    if (interactive) process.stdin.pipe(attached.stdin);
    attached.stdin.on('error', () => {}); // it has ended
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => container.kill().catch(() => {}), timeoutMs);
    const shown = show(attached);
    const { exitCode } = await container.wait();
    clearTimeout(timer);
    await shown;
    return exitCode;
  } catch (error) {
    await container.remove();
    throw error;
  } finally {
    if (interactive) process.stdin.unpipe();
    process.stdin.destroy();
    if (remove) await container.remove();
  }
}

async function show(
  output: AsyncIterable<{ readonly stream: string; readonly data: Uint8Array }>,
): Promise<void> {
  for await (const { stream, data } of output)
    await write(stream === 'stderr' ? process.stderr : process.stdout, data);
}
