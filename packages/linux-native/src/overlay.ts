import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { NativeError } from './native-error.ts';

const LOWERDIR = 'lowerdir=';

/**
 * Calls `use` with the options as mount(2) takes them, in at most `maxBytes`. Where they are longer, the
 * lower directories of an overlay are named through a descriptor of their common parent, as
 * `/proc/self/fd/N/…`: a change of the working directory, which containerd makes in a thread of its own,
 * would here be one of the whole program.
 *
 * @throws {NativeError} `ERR_NATIVE_MOUNT_TOO_LONG` when that does not suffice; `use` is not called then.
 */
export function withShortLowerdirs(
  options: readonly string[],
  maxBytes: number,
  use: (data: string) => void,
): void {
  const data = options.join(',');
  if (Buffer.byteLength(data) <= maxBytes) {
    use(data);
    return;
  }
  const lowerdir = options.find((option) => option.startsWith(LOWERDIR));
  const parent = commonParent(lowerdirs(lowerdir));
  if (lowerdir === undefined || parent === undefined) throw tooLong(data, maxBytes);
  const descriptor = openSync(parent, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const shortLowerdir = renamed(lowerdir, parent, `/proc/self/fd/${descriptor}`);
    const short = options.map((option) => (option === lowerdir ? shortLowerdir : option)).join(',');
    if (Buffer.byteLength(short) > maxBytes) throw tooLong(data, maxBytes);
    use(short);
  } finally {
    closeSync(descriptor);
  }
}

function lowerdirs(option: string | undefined): readonly string[] {
  return option?.slice(LOWERDIR.length).split(/(?<!\\):/) ?? []; // a colon in a name is written \:
}

/** The directory that all of these are in, unless there is no such or it is the root. */
function commonParent(directories: readonly string[]): string | undefined {
  const [first, ...rest] = directories.map((directory) => path.dirname(directory).split('/'));
  if (first === undefined || !directories.every((directory) => path.isAbsolute(directory))) return undefined;
  const differs = first.findIndex((name, index) => rest.some((parts) => parts[index] !== name));
  const parent = first.slice(0, differs === -1 ? first.length : differs).join('/');
  return parent === '' || parent.includes('\\') ? undefined : parent;
}

function renamed(lowerdir: string, parent: string, name: string): string {
  const directories = lowerdirs(lowerdir).map((directory) => `${name}${directory.slice(parent.length)}`);
  return `${LOWERDIR}${directories.join(':')}`;
}

function tooLong(data: string, maxBytes: number): NativeError {
  const bytes = Buffer.byteLength(data);
  return new NativeError(
    'ERR_NATIVE_MOUNT_TOO_LONG',
    `the options of the mount have ${bytes} bytes, and the kernel reads one page, ${maxBytes} bytes and a NUL`,
  );
}
