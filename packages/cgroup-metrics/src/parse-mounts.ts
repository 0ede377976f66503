/** A mounted hierarchy of cgroups. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** The cgroup that is mounted; `/` for all of the hierarchy. */
  readonly root: string;
  /** Where it is mounted. */
  readonly target: string;
  /** The options of its file system, among them the names of the controllers of version 1. */
  readonly options: readonly string[];
}

/** The hierarchies in the text of a `mountinfo`, see proc_pid_mountinfo(5). */
export function parseMounts(mountinfo: string): readonly CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', target = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const version = type === 'cgroup' ? 1 : 2;
    return [
      { version, root: unescaped(root), target: unescaped(target), options: options.split(',') } as const,
    ];
  });
}

/** Spaces and the like are octal there. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
