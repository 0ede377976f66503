import path from 'node:path';
import type { Source } from './sources.ts';

/** For each node, those that it has an arrow to, without itself; every node is there. */
export type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

/** From package to package. */
export function packageArrows(sources: readonly Source[]): Arrows {
  return arrowsOf(sources, (source) => [source.package, source.packages]);
}

/** From file to file of the same package, each as `PACKAGE/PATH`. */
export function fileArrows(sources: readonly Source[]): Arrows {
  return arrowsOf(sources, (source) => {
    const named = (file: string) => `${source.package}/${file}`;
    return [named(source.file), source.files.map(named)];
  });
}

/** From folder to folder of the same package, each as `PACKAGE/PATH`. */
export function folderArrows(sources: readonly Source[]): Arrows {
  return arrowsOf(sources, (source) => {
    const named = (file: string) => path.dirname(`${source.package}/${file}`);
    return [named(source.file), source.files.map(named)];
  });
}

function arrowsOf(
  sources: readonly Source[],
  of: (source: Source) => readonly [node: string, targets: readonly string[]],
): Arrows {
  const arrows = new Map<string, Set<string>>();
  for (const source of sources) {
    const [node, targets] = of(source);
    const known = arrows.get(node) ?? new Set();
    for (const target of targets) if (target !== node) known.add(target);
    arrows.set(node, known);
  }
  return arrows;
}

/** Without the arrows into a folder that the one they come from is in: what all in it share stands there. */
export function withoutWaysOut(folders: Arrows): Arrows {
  return new Map(
    [...folders].map(([from, targets]) => [
      from,
      new Set([...targets].filter((to) => !from.startsWith(`${to}/`))),
    ]),
  );
}

/** One circle through each group of nodes that all lead to each other, as the nodes along it. */
export function circles(arrows: Arrows): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (node: string, trail: readonly string[]) => {
    const start = trail.indexOf(node);
    if (start !== -1) {
      found.push(trail.slice(start));
      return;
    }
    if (done.has(node)) return;
    for (const target of arrows.get(node) ?? []) visit(target, [...trail, node]);
    done.add(node);
  };
  for (const node of arrows.keys()) visit(node, []);
  return found;
}
