import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** What is below a directory: the paths from there, each with its type, mode, owner and content in words. */
export type Snapshot = ReadonlyMap<string, string>;

/** All that is below `root`. */
export function snapshot(root: string): Snapshot {
  const found = new Map<string, string>();
  const visit = (below: string) => {
    for (const name of readdirSync(path.join(root, below)).sort()) {
      const at = path.join(below, name);
      found.set(unhashed(at), describe(path.join(root, at), root));
      if (lstatSync(path.join(root, at)).isDirectory()) visit(at);
    }
  };
  visit('');
  return found;
}

/** The part of a snapshot that is at `unit` and below it; empty when there is nothing. */
export function partOf(whole: Snapshot, unit: string): Snapshot {
  return new Map([...whole].filter(([at]) => isAt(at, unit)));
}

/** Whether a path is a unit, or below it. */
export function isAt(at: string, unit: string): boolean {
  return at === unit || at.startsWith(`${unit}/`);
}

/** Whether the name is one that `sweep` of fs-atomic may remove. */
export function isHidden(at: string): boolean {
  return at.split('/').some((name) => /^\..*\.(?:delete|make|write)~/.test(name));
}

/** A snapshot without what is hidden. */
export function visible(whole: Snapshot): Snapshot {
  return new Map([...whole].filter(([at]) => !isHidden(at)));
}

/** The name of a shim's socket tells of the root, too; what is asked of a shared process has an id, and an image a time. */
const unhashed = (text: string) =>
  text
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'HASH');

function describe(file: string, root: string): string {
  const stats = lstatSync(file);
  const facts = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
  if (stats.isDirectory()) return `directory ${facts}`;
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(file).replace(root, 'ROOT')}`;
  if (stats.isSocket()) return `socket ${facts}`;
  const content = readFileSync(file, 'latin1');
  if (path.basename(file) === 'shim.pid' && content === String(Number(content))) return `file ${facts} PID`;
  if (file.endsWith('.register')) return `file ${facts} of a shared process`; // it tells ids and times
  return `file ${facts} ${unhashed(content.replaceAll(root, 'ROOT'))}`;
}
