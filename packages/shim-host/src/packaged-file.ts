import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ShimHostError } from './errors.ts';

/** A file that a package brings along beside its code. */
export interface PackagedFile {
  /** The package that brings it. */
  readonly package: string;
  /** Its name, in the directory of the package's code. */
  readonly name: string;
  /** `import.meta.url` of the code; undefined in a bundle of CommonJS, which has none. */
  readonly moduleUrl: string | undefined;
}

/**
 * The path of a file that a package brings along: beside the package's code, or beside the program that runs (a bundle
 * holds the code, and not the file), or where Node finds the package from that program.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE`, which names the file and says where to copy it.
 */
export function packagedFile(file: PackagedFile): string {
  const program = process.argv[1] ?? path.join(process.cwd(), 'program');
  const places = [
    ...(file.moduleUrl?.startsWith('file:') ? [fileURLToPath(new URL(file.name, file.moduleUrl))] : []),
    path.join(path.dirname(program), file.name),
    ...installedBeside(program, file),
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new ShimHostError(
    'ERR_SHIM_FILE',
    `${file.name} of ${file.package} is not where the program is: copy it from dist/ of the package to ${places.at(0)}`,
    { path: String(places.at(0)) },
  );
}

function installedBeside(program: string, file: PackagedFile): string[] {
  // Bundlers put something else in the place of a `createRequire` that is imported.
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    const manifest = createRequire(pathToFileURL(program)).resolve(`${file.package}/package.json`);
    return [path.join(path.dirname(manifest), 'dist', file.name)];
  } catch {
    return []; // it is not installed there
  }
}
