import type { PackageNode } from './package-graph.ts';

/**
 * The packages in rows, from those that nothing uses down: every arrow leads downwards, and each package stands
 * as near to its users as that allows. Within the rows they are ordered so that few arrows cross.
 */
export function rowsOf(graph: readonly PackageNode[]): readonly (readonly PackageNode[])[] {
  const height = (node: PackageNode): number =>
    Math.max(-1, ...graph.filter(({ folder }) => node.uses.includes(folder)).map(height)) + 1;
  const top = Math.max(...graph.map(height));
  const row = (node: PackageNode): number => {
    const users = graph.filter(({ uses }) => uses.includes(node.folder));
    return users.length === 0 ? top - height(node) : Math.max(...users.map(row)) + 1;
  };
  const rows = Array.from({ length: top + 1 }, (_, index) => graph.filter((node) => row(node) === index));
  return ordered(rows);
}

function ordered(rows: readonly (readonly PackageNode[])[]): readonly (readonly PackageNode[])[] {
  let best = { rows, crossings: crossingsIn(rows) };
  for (let before = Number.POSITIVE_INFINITY; best.crossings < before; ) {
    before = best.crossings;
    const indexes = [...rows.keys()];
    for (const index of [...indexes, ...indexes.toReversed()]) best = betterRow(best, index);
  }
  return best.rows;
}

/** All orders of all rows at once would be too many: each row is ordered while the others stay. */
function betterRow(best: Ordering, index: number): Ordering {
  let found = best;
  for (const row of permutations(best.rows[index] ?? [])) {
    const rows = best.rows.with(index, row);
    const crossings = crossingsIn(rows);
    if (crossings < found.crossings) found = { rows, crossings };
  }
  return found;
}

interface Ordering {
  readonly rows: readonly (readonly PackageNode[])[];
  readonly crossings: number;
}

/** How often arrows cross, drawn between the middles of evenly spread boxes. */
function crossingsIn(rows: readonly (readonly PackageNode[])[]): number {
  const places = new Map(
    rows.flatMap((row, y) =>
      row.map(({ folder }, index) => [folder, { x: index - (row.length - 1) / 2, y }]),
    ),
  );
  const arrows = rows.flat().flatMap(({ folder, uses }) =>
    uses.flatMap((used) => {
      const [from, to] = [places.get(folder), places.get(used)];
      return from && to ? [{ from, to }] : [];
    }),
  );
  return arrows.flatMap((a, index) =>
    arrows
      .slice(index + 1)
      .filter((b) => a.from.y === b.from.y && (a.from.x - b.from.x) * (a.to.x - b.to.x) < 0),
  ).length;
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) yield items;
  else
    for (const [index, first] of items.entries()) {
      for (const rest of permutations(items.toSpliced(index, 1))) yield [first, ...rest];
    }
}
