import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../packed/workspace-packages.ts';
import type { NodeLine } from './node-line.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';
import type { NpmSettings } from './registry.ts';
import type { Manifest } from './workspace.ts';

/** What installs packages. */
export type Manager = 'npm' | 'pnpm';

/** How a compiler finds the types of a package. */
export type ModuleResolution = keyof typeof MODULE_OF;

/** A project of somebody who uses our packages, where nothing of this repository is in reach. */
export class Consumer {
  readonly #directory: string;
  readonly #manager: Manager;

  private constructor(directory: string, manager: Manager) {
    this.#directory = directory;
    this.#manager = manager;
  }

  /** Installs packages in a new directory, from the registry that `env` tells of. */
  static async install(
    directory: string,
    manager: Manager,
    packages: readonly string[],
    env: NpmSettings,
  ): Promise<Consumer> {
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, 'package.json'), '{ "name": "consumer", "private": true }');
    // pnpm fails on a dependency's install script until somebody decides; koffi brings its binary without it.
    await writeFile(path.join(directory, 'pnpm-workspace.yaml'), 'allowBuilds:\n  koffi: false\n');
    const consumer = new Consumer(directory, manager);
    await consumer.add(packages, env);
    return consumer;
  }

  /** Installs further packages. */
  async add(packages: readonly string[], env: NpmSettings): Promise<void> {
    if (packages.length === 0) return;
    const settings = { ...(await pnpmEnvironment()), ...env, NODE_OPTIONS: '' };
    const verb = this.#manager === 'npm' ? 'install' : 'add';
    await execa(this.#manager, [verb, ...packages], { cwd: this.#directory, env: settings });
  }

  /** Runs a program of theirs; gives what it prints. Fails with the program, or if it complains. */
  async run({ bin, version }: NodeLine, name: string, code: string): Promise<string> {
    await writeFile(path.join(this.#directory, name), code);
    const env = { PATH: `${bin}:${process.env['PATH']}`, NODE_OPTIONS: '' };
    const { stdout, stderr } = await execa('node', [name], { cwd: this.#directory, env });
    if (stderr !== '') throw new Error(`${name} on Node ${version} complains: ${stderr}`);
    return stdout;
  }

  /** What a compiler that is strict has to say of a program of theirs, and of the types of all that it uses. */
  async typeErrors(name: string, code: string, moduleResolution: ModuleResolution): Promise<string> {
    await writeFile(path.join(this.#directory, name), code);
    const compilerOptions = {
      moduleResolution,
      module: MODULE_OF[moduleResolution],
      target: 'es2023',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false, // declarations are as much our code as the rest
      noEmit: true,
    };
    const project = path.join(this.#directory, `${name}.${moduleResolution}.json`);
    await writeFile(project, JSON.stringify({ compilerOptions, files: [name] }));
    const { stdout } = await execa('tsc', ['-p', project], {
      preferLocal: true,
      localDir: ROOT,
      reject: false,
    });
    return stdout;
  }

  /** What is installed though no dependency leads to it, and what is not though one does. */
  async strangers(asked: string): Promise<string[]> {
    const installed = await this.installed();
    const wanted = new Set([asked]);
    const optional = new Set<string>();
    for (const one of wanted) {
      const { dependencies = {}, optionalDependencies = {} } = installed.get(one) ?? {};
      for (const dependency of Object.keys(optionalDependencies)) optional.add(dependency);
      for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
        wanted.add(dependency);
    }
    const missing = [...wanted].filter((one) => !installed.has(one) && !optional.has(one));
    return [...[...installed.keys()].filter((one) => !wanted.has(one)), ...missing];
  }

  /** The manifests of all packages that are there, by their names. */
  async installed(): Promise<Map<string, InstalledManifest>> {
    const modules = path.join(this.#directory, 'node_modules');
    const files = await readdir(modules, { recursive: true }); // which follows no links, as pnpm makes them
    const read = files
      .filter((file) => MANIFEST.test(file))
      .map(
        async (file): Promise<InstalledManifest> =>
          JSON.parse(await readFile(path.join(modules, file), 'utf8')),
      );
    return new Map((await Promise.all(read)).map((manifest) => [manifest.name, manifest]));
  }
}

type InstalledManifest = Manifest & { readonly optionalDependencies?: Readonly<Record<string, string>> };

/** The `package.json` of a package, below a `node_modules`. */
const MANIFEST = /(?:^|\/node_modules\/)(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;

const MODULE_OF = { node16: 'node16', nodenext: 'nodenext', bundler: 'preserve' } as const;
