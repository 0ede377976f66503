// Draws the packages and what each is built on, from their manifests: `node tools/docs/packages-picture.ts`.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../packed/workspace-packages.ts';
import { type PackageNode, packageGraph } from './package-graph.ts';
import { rowsOf } from './rows.ts';

/** Where the picture is. */
export const PICTURE = path.join(ROOT, '.github/packages.svg');

const BOX = { width: 204, height: 108 };
const GAP = { x: 28, y: 56 };
const MARGIN = 16;
const LINE_CHARACTERS = 30;
const BOX_LINES = 4;

const STYLE = `
    text { font-family: system-ui, sans-serif; fill: #1f2328; text-anchor: middle; }
    .name { font-size: 15px; font-weight: 600; }
    .says { font-size: 12px; fill: #59636e; }
    .box { fill: #f6f8fa; stroke: #8c959f; }
    .arrow { fill: none; stroke: #59636e; stroke-width: 1.5; marker-end: url(#head); }
    #head path { fill: #59636e; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .says { fill: #9198a1; }
      .box { fill: #151b23; stroke: #3d444d; }
      .arrow { stroke: #9198a1; }
      #head path { fill: #9198a1; }
    }
  `;

interface Place {
  readonly left: number;
  readonly top: number;
}

/** The picture as SVG. */
export function packagesPicture(): string {
  const rows = rowsOf(packageGraph());
  const rowWidth = (count: number) => count * BOX.width + (count - 1) * GAP.x;
  const width = Math.max(...rows.map((row) => rowWidth(row.length))) + 2 * MARGIN;
  const height = rows.length * BOX.height + (rows.length - 1) * GAP.y + 2 * MARGIN;
  const places = new Map<string, Place>(
    rows.flatMap((row, y) =>
      row.map(({ folder }, x) => {
        const left = (width - rowWidth(row.length)) / 2 + x * (BOX.width + GAP.x);
        return [folder, { left, top: MARGIN + y * (BOX.height + GAP.y) }];
      }),
    ),
  );
  const placeOf = (folder: string): Place => {
    const place = places.get(folder);
    if (!place) throw new Error(`${folder} has no place`);
    return place;
  };
  const nodes = rows.flat();
  const arrows = nodes.flatMap(({ folder, uses }) =>
    uses.map((used) => arrow(placeOf(folder), placeOf(used))),
  );
  const boxes = nodes.map((node) => box(node, placeOf(node.folder)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '  <title>The packages, and what each is built on</title>',
    `  <style>${STYLE}</style>`,
    '  <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8Z"/></marker>',
    ...arrows,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

function arrow(from: Place, to: Place): string {
  const [startX, startY] = [from.left + BOX.width / 2, from.top + BOX.height];
  const [endX, endY] = [to.left + BOX.width / 2, to.top];
  const bend = (endY - startY) / 2;
  return `  <path class="arrow" d="M${startX} ${startY}C${startX} ${startY + bend} ${endX} ${endY - bend} ${endX} ${endY - 1}"/>`;
}

function box({ folder, description }: PackageNode, { left, top }: Place): string {
  const middle = left + BOX.width / 2;
  const says = wrapped(description).map(
    (line, index) => `<text class="says" x="${middle}" y="${top + 46 + index * 16}">${escaped(line)}</text>`,
  );
  return [
    `  <rect class="box" x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="8"/>`,
    `  <text class="name" x="${middle}" y="${top + 25}">${folder}</text>`,
    ...says.map((line) => `  ${line}`),
  ].join('\n');
}

/** A text in lines that fit into a box. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= LINE_CHARACTERS)
      lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  if (lines.length > BOX_LINES) throw new Error(`"${text}" takes more than ${BOX_LINES} lines of a box`);
  return lines;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

if (import.meta.main) writeFileSync(PICTURE, packagesPicture());
