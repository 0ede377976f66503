import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from './workspace.ts';

/**
 * What is wrong with the build of a package: the files that its `package.json` promises and that are not there or
 * are empty, and code that is older than its sources. Nothing, if all is well.
 *
 * @param directory the package's folder.
 */
export async function unbuilt(directory: string, manifest: Manifest): Promise<string[]> {
  const sizes = promisedFiles(manifest).map(async (file) => {
    const found = await stat(path.join(directory, file)).catch(() => undefined);
    return (found?.size ?? 0) > 0 ? [] : [`${file} is ${found === undefined ? 'missing' : 'empty'}`];
  });
  const missing = (await Promise.all(sizes)).flat();
  return missing.length > 0 ? missing : olderThanSources(directory, manifest);
}

/** All that `package.json` names: what is imported, its types, and programs. */
function promisedFiles({ publishConfig, exports, bin = {} }: Manifest): string[] {
  const files = [...leaves(publishConfig?.exports ?? exports), ...Object.values(bin)];
  return [...new Set(files.map((file) => path.normalize(file)))];
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}

async function olderThanSources(directory: string, manifest: Manifest): Promise<string[]> {
  const source = path.join(directory, 'src');
  const names = (await readdir(source, { recursive: true })).filter((name) => !name.endsWith('.test.ts'));
  const times = names.map(async (name) => (await stat(path.join(source, name))).mtimeMs);
  const newest = Math.max(...(await Promise.all(times)));
  // The compiler leaves types that are still right as they are; code is always written anew.
  const code = promisedFiles(manifest).filter((file) => /\.c?js$/.test(file));
  const older = code.map(async (file) => {
    const { mtimeMs } = await stat(path.join(directory, file));
    return mtimeMs < newest ? [`${file} is older than the sources`] : [];
  });
  return (await Promise.all(older)).flat();
}
