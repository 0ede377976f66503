import { type Arrows, folderArrows, packageArrows } from './arrows.ts';
import { FLOORS } from './floors.ts';
import type { Source } from './sources.ts';

/**
 * The packages from the top down, each with those it imports, and below it its folders with theirs. An arrow leads to what
 * is imported; all go down.
 */
export function drawing(sources: readonly Source[]): string {
  const packages = packageArrows(sources);
  const folders = folderArrows(sources);
  const known = FLOORS.toReversed().filter((name) => packages.has(name));
  const others = [...packages.keys()].filter((name) => !FLOORS.includes(name));
  return [...others, ...known].flatMap((name) => drawn(name, packages, folders)).join('\n');
}

function drawn(name: string, packages: Arrows, folders: Arrows): readonly string[] {
  const own = [...folders.keys()].filter((folder) => folder.startsWith(`${name}/`)).toSorted();
  const inner =
    own.length > 1 ? own.map((folder) => `  ${line(short(folder), folders.get(folder), short)}`) : [];
  const byFloor = [...(packages.get(name) ?? [])].toSorted((a, b) => FLOORS.indexOf(b) - FLOORS.indexOf(a));
  return [line(name, byFloor, (target) => target), ...inner];
}

function line(
  from: string,
  targets: Iterable<string> | undefined,
  shown: (target: string) => string,
): string {
  const to = [...(targets ?? [])].map(shown);
  return to.length === 0 ? from : `${from} → ${to.join(', ')}`;
}

/** A folder without its package. */
function short(folder: string): string {
  return folder.slice(folder.indexOf('/') + 1);
}
