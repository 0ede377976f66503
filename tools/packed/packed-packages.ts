import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { PACKAGES, packageName, ROOT } from './workspace-packages.ts';

/** All our packages, built, packed and installed where nothing of this repository is in reach. */
export interface PackedPackages extends AsyncDisposable {
  /** The project they are installed in. */
  readonly project: string;
  /** The tarballs, by the packages' folders. */
  readonly tarballs: Readonly<Record<string, string>>;
}

/**
 * Builds, packs and installs all packages, as their users would get them. No package of ours can come from a
 * registry; those of others come from pnpm's store, or else from the registry.
 */
export async function packedPackages(): Promise<PackedPackages> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-packed-'));
  const remove = () => rm(base, { recursive: true, force: true });
  try {
    await build();
    const tarballs = await pack(path.join(base, 'tarballs'));
    const project = path.join(base, 'project');
    await install(project, tarballs);
    return {
      project,
      tarballs,
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function build(): Promise<void> {
  await execa(process.execPath, [path.join(ROOT, 'tools/build.ts'), ...PACKAGES]);
}

/** Packs all packages; gives the tarballs by the packages' folders. */
async function pack(destination: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(destination);
  const filters = PACKAGES.flatMap((folder) => ['--filter', `./packages/${folder}`]);
  await pnpm(ROOT, '--recursive', ...filters, 'pack', '--pack-destination', destination);
  const files = await readdir(destination);
  return Object.fromEntries(
    PACKAGES.map((folder) => {
      const file = files.find((name) => new RegExp(`^shimwright-${folder}-\\d.*\\.tgz$`).test(name));
      if (!file) throw new Error(`${folder} was not packed`);
      return [folder, path.join(destination, file)];
    }),
  );
}

async function install(project: string, tarballs: Readonly<Record<string, string>>): Promise<void> {
  const files = Object.fromEntries(
    Object.entries(tarballs).map(([folder, file]) => [packageName(folder), `file:${file}`]),
  );
  await mkdir(project);
  await writeFile(
    path.join(project, 'package.json'),
    JSON.stringify({
      name: 'project',
      private: true,
      type: 'module',
      dependencies: { ...(await peers()), ...files },
    }),
  );
  // JSON is YAML. The overrides keep the packages' own dependencies on one another from a registry.
  await writeFile(path.join(project, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: files }));
  await pnpm(project, 'install', '--prefer-offline', '--ignore-scripts', '--no-frozen-lockfile');
  await mkdir(path.join(project, 'node_modules/@types'));
  await symlink(path.join(ROOT, 'node_modules/@types/node'), path.join(project, 'node_modules/@types/node'));
}

/** What the packages work with where it is there, as their users would install it. */
async function peers(): Promise<Readonly<Record<string, string>>> {
  const manifests = await Promise.all(
    PACKAGES.map(async (folder) =>
      JSON.parse(await readFile(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8')),
    ),
  );
  return Object.assign({}, ...manifests.map(({ peerDependencies }) => peerDependencies));
}

async function pnpm(cwd: string, ...args: readonly string[]): Promise<void> {
  await execa('npx', ['--yes', 'pnpm@12', ...args], { cwd });
}
