import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { NativeError } from './native-error.ts';

const LOWERDIR = 'lowerdir=';

/** The options of a mount as mount(2) takes them. */
export interface MountData {
  /** All of them, with commas in between. */
  readonly text: string;
  /** To be called once the mount is made. */
  close(): void;
}

/**
 * The options as mount(2) takes them, in at most `maxBytes`. Where they are longer, the
 * lower directories of an overlay are named through a descriptor of their common parent, as
 * `/proc/self/fd/N/…`: a change of the working directory, which containerd makes in a thread of its own,
 * would here be one of the whole program.
 *
 * @throws {NativeError} `ERR_NATIVE_MOUNT_TOO_LONG` when that does not suffice.
 */
export function mountData(options: readonly string[], maxBytes: number): MountData {
  const text = options.join(',');
  if (Buffer.byteLength(text) <= maxBytes) return { text, close: () => {} };
  const lowerdir = options.find((option) => option.startsWith(LOWERDIR));
  const parent = commonParent(lowerdirs(lowerdir));
  if (lowerdir === undefined || parent === undefined) throw tooLong(text, maxBytes);
  const descriptor = openSync(parent, constants.O_RDONLY | constants.O_DIRECTORY);
  const shortLowerdir = renamed(lowerdir, parent, `/proc/self/fd/${descriptor}`);
  const short = options.map((option) => (option === lowerdir ? shortLowerdir : option)).join(',');
  if (Buffer.byteLength(short) <= maxBytes) return { text: short, close: () => closeSync(descriptor) };
  closeSync(descriptor);
  throw tooLong(text, maxBytes);
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
