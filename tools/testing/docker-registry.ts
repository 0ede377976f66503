import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** A registry that runs. */
export interface RunningRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/**
 * Runs Debian's docker-registry, by HTTP on a port of its own.
 *
 * @param directory where its files are.
 * @param auth the part of its configuration that says who may use it.
 */
export async function runRegistry(directory: string, auth?: object): Promise<RunningRegistry> {
  const config = {
    version: '0.1',
    log: { level: 'info', formatter: 'json', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: path.join(directory, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0' },
    ...(auth ? { auth } : {}),
  };
  const file = path.join(directory, 'config.yml');
  await writeFile(file, JSON.stringify(config)); // which is YAML too
  const registry = execa('docker-registry', ['serve', file], {
    env: { OTEL_TRACES_EXPORTER: 'none' },
    stdin: 'ignore',
    stdout: 'ignore',
    buffer: false,
    reject: false,
  });
  const stop = async () => {
    registry.kill('SIGKILL');
    await registry;
  };
  const seen: string[] = [];
  for await (const line of createInterface({ input: registry.stderr })) {
    seen.push(line);
    const [, port] = /listening on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port === undefined) continue;
    registry.stderr.resume();
    return { host: `127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`docker-registry did not listen: ${seen.join('\n')}`);
}
