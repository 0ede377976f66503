import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/** A Node.js that packages are run on. */
export interface NodeLine {
  readonly version: string;
  /** A folder for the PATH, which holds nothing but its `node`. */
  readonly bin: string;
}

/** Gets some versions of Node.js from the registry, where the npm package `node` has its binaries. */
export async function nodeLines(directory: string, versions: readonly string[]): Promise<NodeLine[]> {
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'package.json'), '{ "private": true }');
  const packages = versions.map((version) => `node-${version}@npm:${platformPackage()}@${version}`);
  await execa('npm', ['install', '--prefer-offline', '--ignore-scripts', ...packages], { cwd: directory });
  return Promise.all(
    versions.map(async (version) => {
      const bin = path.join(directory, 'bin', version);
      await mkdir(bin, { recursive: true });
      await symlink(
        path.join(directory, 'node_modules', `node-${version}`, 'bin/node'),
        path.join(bin, 'node'),
      );
      const { stdout } = await execa(path.join(bin, 'node'), ['--print', 'process.versions.node']);
      return { version: stdout, bin };
    }),
  );
}

/** What the package `node` itself installs; the registry has that for each platform. */
function platformPackage(): string {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${process.platform}-${process.arch}`;
}
