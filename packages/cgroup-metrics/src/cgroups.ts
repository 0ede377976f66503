/** Where the cgroups of a process are: plain data, which can be kept as JSON and used when the process has ended. */
export type Cgroups = CgroupsV1 | CgroupsV2;

/** Cgroups of version 1, or both at once, as on a hybrid system: each controller has a hierarchy of its own. */
export interface CgroupsV1 {
  /** The version that counts what a container uses. */
  readonly version: 1;
  /** The directory of each controller that is mounted, by its name, such as `memory`. */
  readonly paths: Readonly<Record<string, string>>;
}

/** The cgroup of version 2, which has all controllers. */
export interface CgroupsV2 {
  /** The version that counts what a container uses. */
  readonly version: 2;
  /** Its directory. */
  readonly path: string;
}
