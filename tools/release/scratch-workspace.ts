import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { changeset } from './changeset.ts';
import { git } from './git.ts';

/** All that `changeset version` reads of this repository, in a repository of its own that is gone after the test. */
export interface ScratchWorkspace {
  readonly root: string;
  /** Writes files, by their paths in the repository. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes files, and commits them with all else that changed; gives the commit. */
  commit(files: Readonly<Record<string, string>>, subject?: string): Promise<string>;
  /** Runs the real program; what it changes is not committed. */
  changesetVersion(): Promise<void>;
  /** The versions of all packages that are published, by their folders. */
  versions(): Promise<Record<string, string>>;
  read(file: string): Promise<string>;
}

/** @param version the version that every package is given. */
export async function scratchWorkspace(version: string): Promise<ScratchWorkspace> {
  const root = await tempDir();
  for (const file of [...SHARED, ...PACKAGES.map(manifestPath)]) await copy(file, root);
  await git(root, 'init', '--quiet', '--initial-branch=main');
  await appendFile(path.join(root, '.git/config'), GIT_SETTINGS);
  const workspace = { root, write, commit, changesetVersion, versions, read };
  const manifests = await Promise.all(PACKAGES.map(manifestPath).map(read));
  const versioned = manifests.map((text) => text.replace(/"version": ".*?"/, `"version": "${version}"`));
  await commit(
    Object.fromEntries(PACKAGES.map((folder, index) => [manifestPath(folder), `${versioned[index]}`])),
  );
  return workspace;

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), content);
    }
  }

  async function commit(files: Readonly<Record<string, string>>, subject = 'a change'): Promise<string> {
    await write(files);
    await git(root, 'add', '--all');
    await git(root, 'commit', '--quiet', '--allow-empty', '--message', subject);
    return git(root, 'rev-parse', 'HEAD');
  }

  async function changesetVersion(): Promise<void> {
    const { failed, output } = await changeset({ root }, 'version');
    if (failed) throw new Error(output);
  }

  async function versions(): Promise<Record<string, string>> {
    const entries = PACKAGES.map(async (folder) => [
      folder,
      JSON.parse(await read(manifestPath(folder))).version,
    ]);
    return Object.fromEntries(await Promise.all(entries));
  }

  function read(file: string): Promise<string> {
    return readFile(path.join(root, file), 'utf8');
  }
}

/** The text of a changeset: the kinds of release by the packages' folders, and what is said of them. */
export function changesetOf(releases: Readonly<Record<string, string>>, summary = 'Something new.'): string {
  const lines = Object.entries(releases).map(([folder, kind]) => `"${packageName(folder)}": ${kind}\n`);
  return `---\n${lines.join('')}---\n\n${summary}\n`;
}

export function manifestPath(folder: string): string {
  return `packages/${folder}/package.json`;
}

// Written as they are: git would be started for each, and once more after each commit to look for what could be packed.
const GIT_SETTINGS =
  '[user]\n\tname = Shimwright\n\temail = shimwright@localhost\n[maintenance]\n\tauto = false\n';

const SHARED = [
  'package.json',
  'pnpm-workspace.yaml',
  'tools/package.json',
  '.changeset/config.json',
  'tools/release/changelog.ts',
];

async function copy(file: string, root: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await cp(path.join(ROOT, file), path.join(root, file));
}

/** The changesets that this repository has now, by their paths. */
export async function pendingChangesets(): Promise<Record<string, string>> {
  const directory = '.changeset';
  const names = (await readdir(path.join(ROOT, directory))).filter((name) => name.endsWith('.md'));
  const entries = names.map(async (name) => {
    const file = `${directory}/${name}`;
    return [file, await readFile(path.join(ROOT, file), 'utf8')];
  });
  return Object.fromEntries(await Promise.all(entries));
}
