import { isObject } from './runtime-log.ts';

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

/** What a runtime can do. Beyond what is named here, `linux` has what the OCI specification's "features" has. */
export interface RuntimeFeatures {
  /** The oldest specification it understands. */
  readonly ociVersionMin: string;
  /** The newest specification it understands. */
  readonly ociVersionMax: string;
  /** The hooks it runs. */
  readonly hooks: readonly string[];
  /** The options of mounts it knows. */
  readonly mountOptions: readonly string[];
  /** Namespaces, capabilities, cgroups, seccomp and more. */
  readonly linux: Readonly<Record<string, unknown>>;
  /** What else it says of itself. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The version that `--version` prints: `NAME version VERSION`, then a fact a line. @throws {Error} for anything else. */
export function parseVersion(text: string): RuntimeVersion {
  const [, name, version] = /^(\S+) version:? (\S+)/.exec(text) ?? [];
  if (!name || !version) throw new TypeError('no name and version');
  return { name, version, spec: fact(text, 'spec'), commit: fact(text, 'commit') };
}

/** The features that `features` prints. @throws {Error} for anything else. */
export function parseFeatures(text: string): RuntimeFeatures {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError('features are an object');
  const { ociVersionMin, ociVersionMax, hooks, mountOptions, linux, annotations } = value;
  if (typeof ociVersionMin !== 'string' || typeof ociVersionMax !== 'string') {
    throw new TypeError('features have a first and a last version of the specification');
  }
  return {
    ociVersionMin,
    ociVersionMax,
    hooks: textsOf(hooks),
    mountOptions: textsOf(mountOptions),
    linux: isObject(linux) ? linux : {},
    annotations: isObject(annotations) ? (annotations as Record<string, string>) : {},
  };
}

function fact(text: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
