/** Which runtime it is. */
export interface RuntimeVersion {
  /** Its name, such as `runc`. */
  readonly name: string;
  /** Its version, such as `1.1.5`. */
  readonly version: string;
  /** The version of the OCI specification it keeps to, where it says so. */
  readonly spec: string | undefined;
  /** The commit it was built from, where it says so. */
  readonly commit: string | undefined;
}

/** The version that `--version` prints: `NAME version VERSION`, then a fact a line. @throws {Error} for anything else. */
export function parseVersion(text: string): RuntimeVersion {
  const [, name, version] = /^(\S+) version:? (\S+)/.exec(text) ?? [];
  if (!name || !version) throw new TypeError('no name and version');
  return { name, version, spec: fact(text, 'spec'), commit: fact(text, 'commit') };
}

function fact(text: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
}
