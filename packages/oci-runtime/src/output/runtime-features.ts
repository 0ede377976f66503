import { isObject } from '../json.ts';

/**
 * What a runtime can do, as it prints it: the OCI runtime specification's "features" (1.1 to 1.3). What is undefined
 * the runtime does not tell of. Beyond what is named here, `linux` may have more.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/features.md
 */
export interface RuntimeFeatures {
  /** The oldest specification it understands. */
  readonly ociVersionMin: string;
  /** The newest specification it understands. */
  readonly ociVersionMax: string;
  /** The hooks it runs. */
  readonly hooks: readonly string[];
  /** The options of mounts it knows. */
  readonly mountOptions: readonly string[];
  /** What only Linux has. */
  readonly linux: LinuxFeatures;
  /** What else it says of itself. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Annotations of a specification by which its author could do more than the specification says. */
  readonly potentiallyUnsafeConfigAnnotations: readonly string[];
  /** Whether it can save and restore containers, by the annotation in which runtimes say so. */
  readonly checkpoint: boolean | undefined;
}

/** What a runtime can do on Linux. */
export interface LinuxFeatures {
  /** The namespaces it knows. */
  readonly namespaces?: readonly string[] | undefined;
  /** The capabilities it knows. */
  readonly capabilities?: readonly string[] | undefined;
  /** How it makes cgroups. */
  readonly cgroup?:
    | {
        readonly v1?: boolean | undefined;
        readonly v2?: boolean | undefined;
        /** Whether it can go through the system's systemd. */
        readonly systemd?: boolean | undefined;
        /** Whether it can go through a user's systemd. */
        readonly systemdUser?: boolean | undefined;
        readonly rdma?: boolean | undefined;
      }
    | undefined;
  /** How it filters system calls. */
  readonly seccomp?:
    | {
        readonly enabled?: boolean | undefined;
        readonly actions?: readonly string[] | undefined;
        readonly operators?: readonly string[] | undefined;
        readonly archs?: readonly string[] | undefined;
        readonly knownFlags?: readonly string[] | undefined;
        readonly supportedFlags?: readonly string[] | undefined;
      }
    | undefined;
  readonly apparmor?: { readonly enabled?: boolean | undefined } | undefined;
  readonly selinux?: { readonly enabled?: boolean | undefined } | undefined;
  readonly intelRdt?: { readonly enabled?: boolean | undefined } | undefined;
  readonly netDevices?: { readonly enabled?: boolean | undefined } | undefined;
  readonly mountExtensions?:
    | { readonly idmap?: { readonly enabled?: boolean | undefined } | undefined }
    | undefined;
}

/** The features that `features` prints. @throws {Error} for anything else. */
export function parseFeatures(text: string): RuntimeFeatures {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError('features are an object');
  const { ociVersionMin, ociVersionMax, linux, annotations } = value;
  if (typeof ociVersionMin !== 'string' || typeof ociVersionMax !== 'string') {
    throw new TypeError('features have a first and a last version of the specification');
  }
  const said = isObject(annotations) ? (annotations as Record<string, string>) : {};
  return {
    ociVersionMin,
    ociVersionMax,
    hooks: textsOf(value['hooks']),
    mountOptions: textsOf(value['mountOptions']),
    linux: isObject(linux) ? withoutNulls(linux) : {},
    annotations: said,
    potentiallyUnsafeConfigAnnotations: textsOf(value['potentiallyUnsafeConfigAnnotations']),
    checkpoint: checkpointOf(said),
  };
}

/** Each runtime says so in an annotation of its own: `org.opencontainers.runc.checkpoint.enabled`, `run.oci.crun.checkpoint.enabled`. */
function checkpointOf(annotations: Readonly<Record<string, string>>): boolean | undefined {
  const said = Object.entries(annotations).find(([name]) => name.endsWith('.checkpoint.enabled'))?.[1];
  return said === undefined ? undefined : said === 'true';
}

// Go writes null for what is not known.
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(
    entries.map(([name, part]) => [name, isObject(part) ? withoutNulls(part) : part]),
  );
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
