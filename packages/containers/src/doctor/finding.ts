/** One thing that containers need, or can do more with. */
export interface DoctorFinding {
  /** What it is, for programs: `platform`, `user`, `runtime`, `seccomp`, `cgroups`, `overlayfs`, `skopeo`, `umoci`, `cni`. */
  readonly name: string;
  /** Whether this machine has it. */
  readonly ok: boolean;
  /** Whether no container runs without it. */
  readonly required: boolean;
  /** What was found, in words. */
  readonly found: string;
  /** What to do where it is missing. */
  readonly advice: string | undefined;
}
