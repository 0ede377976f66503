import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What a release reads of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly publishConfig?: { readonly exports?: unknown };
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package that is published. */
export interface WorkspacePackage {
  /** The name of its folder in `packages`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages of a repository that are published, by their folders' names. */
export async function workspacePackages(root: string): Promise<WorkspacePackage[]> {
  const folders = (await readdir(path.join(root, 'packages'))).toSorted();
  const all = await Promise.all(
    folders.map(async (folder) => ({ folder, manifest: await read(root, folder) })),
  );
  return all.filter(({ manifest }) => manifest.private !== true);
}

async function read(root: string, folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(root, 'packages', folder, 'package.json'), 'utf8'));
}
