import { readdirSync } from 'node:fs';
import path from 'node:path';
import { circles, fileArrows, folderArrows, packageArrows, withoutWaysOut } from './arrows.ts';
import { classesIn } from './classes.ts';
import { wrongArrow } from './floors.ts';
import type { Source } from './sources.ts';

/** A folder is seen at once. */
const MAX_FILES = 40;

/** A class is one idea. */
const MAX_CLASS_LINES = 250;

/** What the structure of the packages should not have: arrows upwards, circles, large folders and large classes. */
export function problemsOf(sources: readonly Source[]): readonly string[] {
  return [...upwards(sources), ...circular(sources), ...largeClasses(sources)];
}

function upwards(sources: readonly Source[]): readonly string[] {
  return [...packageArrows(sources)].flatMap(([from, targets]) =>
    [...targets].flatMap((to) => wrongArrow(from, to) ?? []),
  );
}

function circular(sources: readonly Source[]): readonly string[] {
  const all = [...circles(fileArrows(sources)), ...circles(withoutWaysOut(folderArrows(sources)))];
  return all.map(([first, ...rest]) => `a circle: ${[first, ...rest, first].join(' → ')}`);
}

function largeClasses(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ package: folder, file, text }) =>
    classesIn(text)
      .filter(({ lines }) => lines > MAX_CLASS_LINES)
      .map(
        ({ name, lines }) =>
          `${folder}/${file}: class ${name} has ${lines} lines, more than ${MAX_CLASS_LINES}`,
      ),
  );
}

/** The folders below one, and itself, that have more files than anybody sees at once; what is not ours is not looked at. */
export function largeFolders(directory: string): readonly string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).length;
  const below = entries
    .filter((entry) => entry.isDirectory() && !FOREIGN.includes(entry.name))
    .flatMap(({ name }) => largeFolders(path.join(directory, name)));
  return files > MAX_FILES ? [`${directory} has ${files} files, more than ${MAX_FILES}`, ...below] : below;
}

const FOREIGN = ['node_modules', 'dist'];
