import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { commandLines } from '../../../tools/testing/command-lines.ts';
import { madeImage, small } from '../../../tools/testing/made-image.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { badRegistry, isManifest } from './fixtures/bad-registry.ts';
import { startRegistry, USER } from './fixtures/registry.ts';
import { contents, newStore } from './fixtures/store.ts';

needs('linux', 'root', 'command skopeo', 'command umoci', 'command docker-registry', 'command openssl');

const image = async () => madeImage(await tempDir(), { layers: [small()] });

describe.each(['basic', 'token'] as const)('a registry with %s authentication', (auth) => {
  test('gives the image to whoever has the password, and to nobody else', async () => {
    const registry = await startRegistry(auth);
    const made = await image();
    const name = await registry.push(made.source, 'team/private:1');
    const store = await newStore();
    const wrong = { username: USER.username, password: 'close-sesame' };
    for (const credentials of [undefined, wrong]) {
      const options = credentials === undefined ? {} : { credentials };
      const failure = await store.pull(name, { insecure: true, ...options }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'ERR_IMAGE_DENIED', image: name });
      for (const shown of [inspect(failure, { showHidden: true, depth: 9 }), JSON.stringify(failure)]) {
        expect(shown).not.toContain(wrong.password);
        expect(shown).not.toContain(Buffer.from(`${USER.username}:${wrong.password}`).toString('base64'));
      }
    }
    expect(contents(store)).toEqual([]);
    expect((await store.pull(name, { insecure: true, credentials: USER })).digest).toBe(made.digest);
    expect(allText(store.directory)).not.toContain(USER.password);
  });

  test('takes them from a file of the user too', async () => {
    const registry = await startRegistry(auth);
    const made = await image();
    const name = await registry.push(made.source, 'private:1');
    const encoded = Buffer.from(`${USER.username}:${USER.password}`).toString('base64');
    const authFile = path.join(await tempDir(), 'auth.json');
    await writeFile(authFile, JSON.stringify({ auths: { [registry.host]: { auth: encoded } } }));
    const store = await newStore();
    expect((await store.pull(name, { insecure: true, authFile })).digest).toBe(made.digest);
  });
});

test('credentials are on no command line, and in a file that only this user can read', async () => {
  const registry = await startRegistry('basic');
  const made = await image();
  await registry.push(made.source, 'private:1');
  const seen: { lines: string[]; modes: number[] }[] = [];
  const store = await newStore();
  const watched = await badRegistry(registry.host, (incoming) => {
    if (isManifest(incoming)) {
      const files = filesBelow(path.join(store.directory, 'pulls'));
      const authFiles = files.filter((file) => readFileSync(file, 'latin1').includes('"auths"'));
      seen.push({ lines: commandLines(), modes: authFiles.map((file) => statSync(file).mode & 0o777) });
    }
    return false;
  });
  await store.pull(`${watched.host}/private:1`, { insecure: true, credentials: USER });
  expect(seen.length).toBeGreaterThan(0);
  for (const { lines, modes } of seen) {
    expect(modes).toEqual([0o600]);
    const ours = lines.filter((line) => line.includes(watched.host));
    expect(ours.length).toBeGreaterThan(0);
    for (const line of ours) {
      expect(line).not.toContain(USER.password);
      expect(line).not.toContain(Buffer.from(`${USER.username}:${USER.password}`).toString('base64'));
    }
  }
  expect(contents(store).filter((file) => file.startsWith('pulls'))).toEqual([]);
});

test('somebody with another password does not get what is being pulled for the one who has it', async () => {
  const registry = await startRegistry('basic');
  const made = await image();
  const name = await registry.push(made.source, 'private:1');
  const store = await newStore();
  const options = { insecure: true, when: 'always' } as const;
  const right = store.pull(name, { ...options, credentials: USER });
  const wrong = store.pull(name, { ...options, credentials: { username: 'alice', password: 'guess' } });
  await expect(wrong).rejects.toMatchObject({ code: 'ERR_IMAGE_DENIED' });
  expect((await right).digest).toBe(made.digest);
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function allText(directory: string): string {
  return filesBelow(directory)
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');
}
