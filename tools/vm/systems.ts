/** A system that the tests run on: what a machine has before anything of ours is there. */
export interface System {
  /** The suite of Debian. */
  readonly suite: string;
  /** What a user of that system finds noteworthy about it. */
  readonly description: string;
  /** Settings that mmdebstrap gives to apt. */
  readonly aptOptions: readonly string[];
}

/** What makes a minimal Debian a machine that boots, and one on which our commands can be typed. */
export const PACKAGES: readonly string[] = [
  ...['linux-image-cloud-amd64', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'iproute2'],
  ...['ca-certificates', 'nodejs', 'npm', 'git'],
];

export const SYSTEMS: Readonly<Record<string, System>> = {
  bookworm: {
    suite: 'bookworm',
    description: 'Debian 12: containerd 1.6, runc 1.1, Node 18',
    aptOptions: [],
  },
  trixie: { suite: 'trixie', description: 'Debian 13: containerd 1.7, runc 1.1, Node 20', aptOptions: [] },
  forky: {
    suite: 'forky',
    description: 'Debian testing: containerd 2, runc 1.3',
    // A suite that is being made is published anew, and a mirror may keep a Release file that has expired.
    aptOptions: ['Acquire::Check-Valid-Until "false"'],
  },
};

/** The system of that name. @throws {RangeError} for a name that is not in the table. */
export function systemOf(name: string): System {
  const system = Object.hasOwn(SYSTEMS, name) ? SYSTEMS[name] : undefined;
  if (system) return system;
  throw new RangeError(`no system "${name}"; there are ${Object.keys(SYSTEMS).join(', ')}`);
}
