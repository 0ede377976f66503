/**
 * Joins parts of a path as Go's `filepath.Join` does on Linux. Node's `path.join` differs in corners: it
 * keeps a trailing slash, and makes `.` of nothing, where Go makes an empty string.
 */
export function goJoin(...parts: readonly string[]): string {
  const present = parts.filter((part) => part !== '');
  return present.length === 0 ? '' : goClean(present.join('/'));
}

/** The shortest path that means the same, as Go's `filepath.Clean` finds it on Linux. */
export function goClean(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push('..');
  }
  if (rooted) return `/${kept.join('/')}`;
  return kept.length === 0 ? '.' : kept.join('/');
}
