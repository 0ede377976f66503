import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

const BARE_ROOT = path.join(import.meta.dirname, '../bare-root');

/** What a machine is given to do. */
export interface Job {
  /** Text for a shell. */
  readonly command: string;
  /** Variables that the command finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Packs the job, this checkout, and the settings by which this machine reaches the registries, into a tar that a
 * machine sees as a disk: a kernel for clouds has no file system that it could share with its host.
 *
 * @returns the path of the tar, in `directory`.
 */
export async function packCargo(directory: string, job: Job): Promise<string> {
  const root = path.join(directory, 'cargo');
  await mkdir(path.join(root, 'run/vm-job'), { recursive: true });
  await mkdir(path.join(root, 'root'), { mode: 0o700 });
  await execa(path.join(BARE_ROOT, 'settings.sh'), [root]);
  await execa(path.join(BARE_ROOT, 'checkout.sh'), [path.join(root, 'root/shimwright')]);
  await writeFile(path.join(root, 'run/vm-job/command'), `${job.command}\n`);
  const variables = { HOME: '/root', LANG: 'C.UTF-8', ...job.environment };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}\n`);
  await writeFile(path.join(root, 'run/vm-job/environment'), lines.join(''));
  const tar = path.join(directory, 'cargo.tar');
  await execa('tar', ['-c', '--owner=0', '--group=0', '-C', root, '-f', tar, '.']);
  return tar;
}

/** The words of a command as text for a shell. A single word is such a text already. */
export function shellText(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
