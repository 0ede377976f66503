/** What somebody who starts the demo asks for. */
export interface DemoArguments {
  /** Whether the container is run by runtime v2. */
  readonly isV2: boolean;
  readonly isLocal: boolean;
  /** The program of the shim; undefined for ours. */
  readonly shim: string | undefined;
  /** The directory that is the container's root; undefined for one made of busybox. */
  readonly rootfs: string | undefined;
  /** The image that its root is made from: a file, a layout, or a name. */
  readonly image: string | undefined;
  /** Empty for what the image runs. */
  readonly command: readonly string[];
}

/** A mistake of whoever starts the demo: it is told in a sentence, without a stack. */
export class DemoError extends Error {
  static {
    DemoError.prototype.name = 'DemoError';
  }
}

export const USAGE = `Usage: npx --yes pnpm@12 demo [OPTION…] [-- COMMAND [ARGUMENT…]]

Makes, starts, watches, re-attaches to and removes a container, and tells each step.
With a COMMAND it ends with the status of that command, with 127 where it is not there, 126 where it cannot be run, or
with 125 where the demo itself failed.

  --v2             by runtime v2, whose shims are those of containerd 1.2 and later, and of Docker and Kubernetes
  --local          the shim is in the managing process
  --shim PROGRAM   another shim, by name or path, such as containerd-shim; with --v2 its path,
                   or a runtime such as io.containerd.runc.v2
  --rootfs DIR     the root directory of the container, read-only; without it, one made of busybox
  --image IMAGE    an image instead: the path of an archive or layout, or a name such as alpine:3.22; without a
                   COMMAND, its own is run
  --help           this text
`;

const GREETING = `for i in 1 2 3 4 5 6; do
  echo "hello $i from $(hostname), where I am process $$"; sleep 0.4
done`;

/**
 * The arguments as they were meant; undefined where help is asked for.
 *
 * @throws {DemoError} where an option does not exist or has no value.
 */
export function readArguments(args: readonly string[]): DemoArguments | undefined {
  const rest = [...args];
  const found: { isV2: boolean; isLocal: boolean; shim?: string; rootfs?: string; image?: string } = {
    isV2: false,
    isLocal: false,
  };
  for (let option = rest[0]; option?.startsWith('-'); option = rest[0]) {
    rest.shift();
    if (option === '--') break;
    if (option === '--help' || option === '-h') return undefined;
    if (option === '--v2') found.isV2 = true;
    else if (option === '--local') found.isLocal = true;
    else if (option === '--shim') found.shim = requiredValue(option, rest.shift());
    else if (option === '--rootfs') found.rootfs = requiredValue(option, rest.shift());
    else if (option === '--image') found.image = requiredValue(option, rest.shift());
    else throw new DemoError(`There is no option ${option}. See: npx --yes pnpm@12 demo --help`);
  }
  if (found.isLocal && found.shim !== undefined) {
    throw new DemoError('--local and --shim exclude each other: with --local there is no shim process.');
  }
  if (found.isLocal && found.isV2) {
    throw new DemoError('--local and --v2 exclude each other: in one process, both runtimes do the same.');
  }
  const { isV2, isLocal, shim, rootfs, image } = found;
  if (rootfs !== undefined && image !== undefined) {
    throw new DemoError('--rootfs and --image exclude each other: a container has one root.');
  }
  const ours = image === undefined ? ['/bin/sh', '-c', GREETING] : [];
  return { isV2, isLocal, shim, rootfs, image, command: rest.length > 0 ? rest : ours };
}

function requiredValue(option: string, value: string | undefined): string {
  if (value !== undefined && value !== '' && !value.startsWith('-')) return value;
  throw new DemoError(`${option} needs a value. See: npx --yes pnpm@12 demo --help`);
}
