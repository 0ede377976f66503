/** One mount, as proc(5) tells of it. */
interface Mount {
  readonly id: string;
  readonly parent: string;
  readonly point: string;
}

/** Whether anything may be mounted at something of that name or below: most often not, and that is told fast. */
export function mayNameMount(mounts: string, name: string): boolean {
  const shown = escaped(name);
  for (let at = mounts.indexOf(shown); at !== -1; at = mounts.indexOf(shown, at + 1)) {
    const behind = mounts[at + shown.length];
    if (mounts[at - 1] === '/' && (behind === ' ' || behind === '/')) return true;
  }
  return false;
}

/**
 * The mount points at `target` and below it. What is mounted below a mount that a later one covers is not there for
 * anybody who takes that path, so it does not count.
 *
 * @param parent the directory that holds the target, without links.
 */
export function mountsListed(mountinfo: string, parent: string, name: string): string[] {
  const mounts = parsed(mountinfo);
  const target = parent === '/' ? `/${name}` : `${parent}/${name}`;
  const holder = mountOf(mounts, parent);
  const found = new Set<Mount>();
  const visit = (id: string | undefined, within: string) => {
    for (const mount of mounts.get(id) ?? []) {
      if (found.has(mount) || !isWithin(mount.point, within)) continue;
      found.add(mount);
      visit(mount.id, mount.point);
    }
  };
  visit(holder, target);
  return [...new Set([...found].map(({ point }) => point))];
}

/** By their parents; by undefined those whose parent is not seen here, such as the root. */
function parsed(mountinfo: string): ReadonlyMap<string | undefined, readonly Mount[]> {
  const all = mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', parent = '', , , point = ''] = line.split(' ', 5);
      return { id, parent, point: unescaped(point) };
    });
  const ids = new Set(all.map(({ id }) => id));
  return Map.groupBy(all, ({ id, parent }) => (ids.has(parent) && parent !== id ? parent : undefined));
}

/** The mount that a path leads to: from the root on, each step is taken through what is mounted last. */
function mountOf(
  mounts: ReadonlyMap<string | undefined, readonly Mount[]>,
  path: string,
): string | undefined {
  let id: string | undefined;
  for (;;) {
    const next = (mounts.get(id) ?? [])
      .filter(({ point }) => isWithin(path, point))
      .reduce<Mount | undefined>(
        (one, other) => (one && one.point.length < other.point.length ? one : other),
        undefined,
      );
    if (!next) return id;
    id = next.id;
  }
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

const ESCAPED = /[ \t\n\\]/g;

/** The kernel writes blanks, tabs, line feeds and backslashes as octal numbers. */
function escaped(name: string): string {
  return name.replace(ESCAPED, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
