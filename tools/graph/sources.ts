import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { importsIn } from './imports.ts';

/** A file of a package's sources. */
export interface Source {
  /** The folder name of its package. */
  readonly package: string;
  /** Its path from the folder of its package. */
  readonly file: string;
  /** The files of the same package that it imports. */
  readonly files: readonly string[];
  /** The folder names of the other packages that it imports. */
  readonly packages: readonly string[];
  readonly text: string;
}

const SCOPE = '@shimwright/';

/** The sources of all packages below a folder, without their tests. */
export function readSources(packages: string): readonly Source[] {
  return readdirSync(packages).flatMap((name) => {
    const root = path.join(packages, name);
    return sourceFiles(path.join(root, 'src')).map((file) => readSource(name, root, file));
  });
}

function sourceFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

function readSource(name: string, root: string, file: string): Source {
  const text = readFileSync(file, 'utf8');
  const imports = importsIn(text);
  return {
    package: name,
    file: path.relative(root, file),
    files: imports
      .filter((target) => target.startsWith('.') && target.endsWith('.ts'))
      .map((target) => path.relative(root, path.resolve(path.dirname(file), target))),
    packages: imports
      .filter((target) => target.startsWith(SCOPE))
      .map((target) => target.slice(SCOPE.length).split('/')[0] ?? ''),
    text,
  };
}
