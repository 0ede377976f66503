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
        /** Whether it can on cgroup v1. */
        readonly v1?: boolean | undefined;
        /** Whether it can on cgroup v2. */
        readonly v2?: boolean | undefined;
        /** Whether it can go through the system's systemd. */
        readonly systemd?: boolean | undefined;
        /** Whether it can go through a user's systemd. */
        readonly systemdUser?: boolean | undefined;
        /** Whether it can limit remote direct memory access. */
        readonly rdma?: boolean | undefined;
      }
    | undefined;
  /** How it filters system calls. */
  readonly seccomp?:
    | {
        /** Whether it does. */
        readonly enabled?: boolean | undefined;
        /** What can be done with a call, such as `SCMP_ACT_ERRNO`. */
        readonly actions?: readonly string[] | undefined;
        /** How arguments can be compared, such as `SCMP_CMP_EQ`. */
        readonly operators?: readonly string[] | undefined;
        /** The architectures whose calls it knows, such as `SCMP_ARCH_X86_64`. */
        readonly archs?: readonly string[] | undefined;
        /** The flags of `seccomp(2)` it knows. */
        readonly knownFlags?: readonly string[] | undefined;
        /** Those that this kernel has as well. */
        readonly supportedFlags?: readonly string[] | undefined;
      }
    | undefined;
  /** Whether it can put processes under an AppArmor profile. */
  readonly apparmor?: EnabledFeature | undefined;
  /** Whether it can give processes and mounts an SELinux label. */
  readonly selinux?: EnabledFeature | undefined;
  /** Whether it can share out the caches of Intel's processors. */
  readonly intelRdt?:
    | (EnabledFeature & {
        /** Whether it takes `schemata` of a spec. Since 1.3. */
        readonly schemata?: boolean | undefined;
        /** Whether it takes `enableMonitoring` of a spec. Since 1.3. */
        readonly monitoring?: boolean | undefined;
      })
    | undefined;
  /** What it can say of the memory nodes that memory comes from. Since 1.3. */
  readonly memoryPolicy?:
    | {
        /** The policies, such as `MPOL_INTERLEAVE`. */
        readonly modes?: readonly string[] | undefined;
        /** Their flags, such as `MPOL_F_STATIC_NODES`. */
        readonly flags?: readonly string[] | undefined;
      }
    | undefined;
  /** Whether it can move devices of the network into a container. */
  readonly netDevices?: EnabledFeature | undefined;
  /** What it can do with mounts. */
  readonly mountExtensions?:
    | {
        /** Whether it can map the ids of a mount. */
        readonly idmap?: EnabledFeature | undefined;
      }
    | undefined;
}

/** Whether a runtime was built with something. */
export interface EnabledFeature {
  /** It was, or not. */
  readonly enabled?: boolean | undefined;
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
