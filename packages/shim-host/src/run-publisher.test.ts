import { chmodSync, closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { runPublisher } from './run-publisher.ts';

async function publisher(script: string) {
  const directory = await tempDir();
  const program = path.join(directory, 'publish');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  const publication = { program, address: '/run/m', namespace: 'ns', topic: '/tasks/exit' };
  return { publication, directory, output: () => readFileSync(path.join(directory, 'out'), 'utf8') };
}

describe('a publisher', () => {
  needs('linux');

  test.each(['bytes', 'a descriptor'])('gets the event as %s, and is told what it is', async (how) => {
    const { publication, directory, output } = await publisher('{ echo "$@"; cat; } > "$(dirname "$0")/out"');
    const file = path.join(directory, 'event');
    writeFileSync(file, 'an event');
    const descriptor = openSync(file, 'r');
    await runPublisher(publication, how === 'bytes' ? Buffer.from('an event') : descriptor);
    closeSync(descriptor);
    expect(output()).toBe('--address /run/m publish --topic /tasks/exit --namespace ns\nan event');
  });

  test('that does not want its input is judged by its status alone', async () => {
    const { publication } = await publisher('exec <&-; exit 0');
    expect(await runPublisher(publication, Buffer.alloc(1_000_000))).toBeUndefined();
  });

  test('that fails, is killed or is missing is told', async () => {
    const event = Buffer.from('an event');
    const { publication } = await publisher('exit 3');
    await expect(runPublisher(publication, event)).rejects.toThrow('ended with status 3');
    const killed = await publisher('kill -KILL $$');
    await expect(runPublisher(killed.publication, event)).rejects.toThrow('ended with SIGKILL');
    const missing = { ...publication, program: '/no/such/publisher' };
    await expect(runPublisher(missing, event)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
