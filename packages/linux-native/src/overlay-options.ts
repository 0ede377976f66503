/** The directories of an overlay. */
export interface OverlayDirectories {
  /** The files that are shown and never changed. */
  readonly lower: string;
  /** What is changed. */
  readonly upper: string;
  /** An empty directory that the kernel needs, on the file system of `upper`. */
  readonly work: string;
}

/** The mount options of an overlay. Colons, commas and backslashes in the paths are escaped as overlayfs has it. */
export function overlayOptions({ lower, upper, work }: OverlayDirectories): string[] {
  return [`lowerdir=${escaped(lower)}`, `upperdir=${escaped(upper)}`, `workdir=${escaped(work)}`];
}

// Colons part the lower directories, commas the options.
function escaped(directory: string): string {
  return directory.replaceAll(/[\\:,]/g, '\\$&');
}
