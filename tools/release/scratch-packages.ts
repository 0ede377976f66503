import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../packed/workspace-packages.ts';
import { git } from './git.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';

/** Each package depends on the one before it. */
const NAMES = ['one', 'two', 'three', 'four'];

/** All of them in a version, each as `name@version`, in the order in which they need each other. */
export function scratchVersions(version: string): string[] {
  return NAMES.map((name) => `@shimwright/${name}@${version}`);
}

/** A repository of four small packages, built and committed. */
export class ScratchPackages {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Makes the repository in a directory of its own. */
  static async make(root: string): Promise<ScratchPackages> {
    const made = new ScratchPackages(root);
    for (const [index, name] of NAMES.entries()) await made.#makePackage(name, NAMES[index - 1]);
    await mkdir(path.join(root, '.changeset'));
    await made.write('.changeset/config.json', JSON.stringify({ changelog: false, access: 'public' }));
    await made.write('.gitignore', 'dist/\nnode_modules/\n');
    await made.write('package.json', JSON.stringify({ name: 'scratch', private: true, version: '0.0.0' }));
    await made.write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
    await git(root, 'init', '--quiet', '--initial-branch=main');
    await git(root, 'config', 'user.name', 'Shimwright');
    await git(root, 'config', 'user.email', 'shimwright@localhost');
    await execa('pnpm', ['install', '--offline'], { cwd: root, env: { ...(await pnpmEnvironment()) } });
    await made.commit();
    await made.build();
    return made;
  }

  /** The same once more; what was built stays younger than its sources. */
  async copyTo(root: string): Promise<ScratchPackages> {
    await cp(this.root, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return new ScratchPackages(root);
  }

  async build(): Promise<void> {
    for (const name of NAMES) {
      const directory = path.join(this.root, 'packages', name);
      await execa('tsc', [...COMPILE, 'src/index.ts'], { cwd: directory, preferLocal: true, localDir: ROOT });
    }
  }

  /** Changes a file, and commits that. */
  async edit(file: string, change: (text: string) => string): Promise<void> {
    await this.write(file, change(await readFile(path.join(this.root, file), 'utf8').catch(() => '')));
    await this.commit();
  }

  write(file: string, content: string): Promise<void> {
    return writeFile(path.join(this.root, file), content);
  }

  async commit(): Promise<void> {
    await git(this.root, 'add', '--all');
    await git(this.root, 'commit', '--quiet', '--message', 'a change');
  }

  async #makePackage(name: string, dependency: string | undefined): Promise<void> {
    const manifest = {
      name: `@shimwright/${name}`,
      version: '0.1.0',
      license: 'Apache-2.0',
      files: ['dist'],
      type: 'module',
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      ...(dependency && { dependencies: { [`@shimwright/${dependency}`]: 'workspace:^' } }),
    };
    await mkdir(path.join(this.root, 'packages', name, 'src'), { recursive: true });
    await this.write(`packages/${name}/package.json`, JSON.stringify(manifest));
    await this.write(`packages/${name}/src/index.ts`, `export const ${name} = 1;\n`);
  }
}

const COMPILE = [
  '--ignoreConfig',
  '--declaration',
  '--module',
  'nodenext',
  '--types',
  '',
  // They use nothing of the library, which takes the compiler ten times as long to check as they do.
  '--lib',
  'es5',
  '--skipLibCheck',
  '--outDir',
  'dist',
];
