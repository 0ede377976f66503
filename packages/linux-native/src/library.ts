import { release } from 'node:os';
import path from 'node:path';
import { NativeError } from './native-error.ts';
import { keepSpare } from './spare-descriptor.ts';
import { type SystemErrorPaths, systemError } from './system-error.ts';

// Structs are laid out by hand in buffers, with the offsets both of these have: 64-bit pointers and longs,
// little-endian, natural alignment, and the kernel's generic constants. Others may differ in any of it.
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

// pidfd_open(2) is the newest system call that is needed, and this the newest function of the C library.
const KERNEL = [5, 3] as const;
const NEWEST_FUNCTION = 'posix_spawn_file_actions_addchdir_np';

/** What a C function takes; bytes are given by address and may be written to. */
export type NativeArgument = number | bigint | string | NodeJS.ArrayBufferView | null;

type Koffi = typeof import('koffi');

/** A function of the C library; returns what it returns, and throws the system error when that is -1. */
export type SystemCall<Arguments extends readonly NativeArgument[]> = (
  args: Arguments,
  paths?: SystemErrorPaths,
) => number;

let loaded: { readonly koffi: Koffi; readonly libc: ReturnType<Koffi['load']> } | undefined;

/**
 * Declares a function of the C library. Nothing is loaded before the first call, so a program can import this on any
 * system.
 *
 * @param name how errors name it.
 * @param prototype in C, with a result of `int` or `long`.
 */
export function systemCall<Arguments extends readonly NativeArgument[]>(
  name: string,
  prototype: string,
): SystemCall<Arguments> {
  let bound: ((...args: readonly NativeArgument[]) => number) | undefined;
  return (args, paths) => {
    bound ??= native().libc.func(prototype);
    const result = bound(...args);
    if (result !== -1) return result;
    // The very next thing after the call: whatever else this thread does may set it anew.
    throw systemError(native().koffi.errno(), name, paths);
  };
}

/**
 * The loaded koffi with the C library of this process.
 *
 * @throws {NativeError} `ERR_NATIVE_PLATFORM`, `ERR_NATIVE_LIBRARY`.
 */
export function native(): NonNullable<typeof loaded> {
  loaded ??= load();
  return loaded;
}

/**
 * Returns if all calls of this package can be made here. Call it before your program starts or promises anything. The
 * first call of any other function checks the same.
 *
 * @throws {NativeError} `ERR_NATIVE_PLATFORM` unless this is Linux 5.3 or later, on x64 or arm64, with glibc 2.29 or musl
 *   1.1.24 or later; `ERR_NATIVE_LIBRARY` if koffi, which makes the calls, cannot be loaded.
 */
export function assertPlatform(): void {
  native();
}

function load(): NonNullable<typeof loaded> {
  const system = `${process.platform} ${process.arch}`;
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) {
    throw unfit(`Linux on x64 or arm64, and this is ${system}`);
  }
  if (!isKernelNewEnough(release()))
    throw unfit(`Linux ${KERNEL.join('.')} or later, and this is ${release()}`);
  const libraries = openLibraries(system);
  if (!hasNewestFunction(libraries.libc)) {
    throw unfit('glibc 2.29 or musl 1.1.24, or a later one, and the C library of this process is older');
  }
  keepSpare();
  return libraries;
}

/** Whether a release as uname(2) tells it, such as `6.1.0-18-amd64`, has pidfds that can be opened. */
export function isKernelNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > KERNEL[0] || (major === KERNEL[0] && minor >= KERNEL[1]);
}

function hasNewestFunction(libc: ReturnType<Koffi['load']>): boolean {
  try {
    libc.func(`int ${NEWEST_FUNCTION}(void *actions, const char *path)`);
    return true;
  } catch {
    return false;
  }
}

function openLibraries(system: string): NonNullable<typeof loaded> {
  try {
    const koffi = requireKoffi();
    // No file name: whichever C library Node itself runs on, glibc or musl, is the one.
    return { koffi, libc: koffi.load(null) };
  } catch (cause) {
    throw new NativeError('ERR_NATIVE_LIBRARY', `koffi cannot be loaded on ${system}`, { cause });
  }
}

function unfit(what: string): NativeError {
  return new NativeError('ERR_NATIVE_PLATFORM', `the system calls need ${what}`);
}

/** koffi, from wherever it can be found: this package depends on it, and a bundle of this code may be elsewhere. */
function requireKoffi(): Koffi {
  // Not by an import: bundlers put something else in the place of a `createRequire` that they see.
  const { createRequire } = process.getBuiltinModule('node:module');
  const program = process.argv[1] ?? path.join(process.cwd(), 'program');
  // Bundled as CommonJS, this module has no address; it was then part of the program.
  const places = [import.meta.url ?? program, program];
  const failures: unknown[] = [];
  for (const place of places) {
    for (const owner of ['', '@shimwright/linux-native/package.json']) {
      try {
        const require = createRequire(place);
        return koffiOf(owner === '' ? require : createRequire(require.resolve(owner)));
      } catch (error) {
        failures.push(error);
      }
    }
  }
  throw failures[0];
}

// What `koffi` adds to its platform's package are names it has given up and a search for that package,
// which takes longer than all the rest. It depends on the exact version, so the two always fit.
function koffiOf(require: NodeJS.Require): Koffi {
  const { createRequire } = process.getBuiltinModule('node:module');
  const found = require.resolve('koffi');
  try {
    return createRequire(found)(`@koromix/koffi-${process.platform}-${process.arch}`) as Koffi;
  } catch {
    return require('koffi') as Koffi;
  }
}
