import type { LinuxSeccomp } from '../spec/seccomp.ts';

/**
 * The part that matters here of the features that a runtime reports. `features()` of `@shimwright/oci-runtime` returns
 * them.
 */
export interface SeccompFeatures {
  /** What only Linux has. */
  readonly linux?:
    | {
        readonly seccomp?:
          | {
              /** Whether it filters system calls. */
              readonly enabled?: boolean | null | undefined;
              /** The architectures whose calls it can filter. */
              readonly archs?: readonly string[] | null | undefined;
            }
          | null
          | undefined;
      }
    | null
    | undefined;
}

/** What is left of a filter in a runtime with these features; undefined where it has no filters at all. */
export function seccompFor(
  features: SeccompFeatures | undefined,
  seccomp: LinuxSeccomp,
): LinuxSeccomp | undefined {
  const { enabled, archs } = features?.linux?.seccomp ?? {};
  if (enabled === false) return undefined;
  if (!archs || !seccomp.architectures) return seccomp;
  return { ...seccomp, architectures: seccomp.architectures.filter((arch) => archs.includes(arch)) };
}
