import { createRequire } from 'node:module';
import { NativeError } from './native-error.ts';
import { type SystemErrorPaths, systemError } from './system-error.ts';

// Structs are laid out by hand in buffers, with the offsets both of these have: 64-bit pointers and longs,
// little-endian, natural alignment, and the kernel's generic constants. Others may differ in any of it.
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

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
 * Declares a function of the C library. Nothing is loaded before the first call, so a program may import
 * all of this anywhere.
 *
 * @param name what errors call it.
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
 * @throws {NativeError} `ERR_SHIM_PLATFORM`, `ERR_SHIM_NATIVE`.
 */
export function native(): NonNullable<typeof loaded> {
  loaded ??= load();
  return loaded;
}

function load(): NonNullable<typeof loaded> {
  const system = `${process.platform} ${process.arch}`;
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) {
    throw new NativeError('ERR_SHIM_PLATFORM', `a shim needs Linux on x64 or arm64, and this is ${system}`);
  }
  try {
    const koffi = requireKoffi();
    // No file name: whichever C library Node itself runs on, glibc or musl, is the one.
    return { koffi, libc: koffi.load(null) };
  } catch (cause) {
    throw new NativeError('ERR_SHIM_NATIVE', `koffi cannot be loaded on ${system}`, { cause });
  }
}

// What `koffi` adds to its platform's package are names it has given up and a search for that package,
// which takes longer than all the rest. It depends on the exact version, so the two always fit.
function requireKoffi(): Koffi {
  const require = createRequire(import.meta.url);
  try {
    const platform = `@koromix/koffi-${process.platform}-${process.arch}`;
    return createRequire(require.resolve('koffi'))(platform) as Koffi;
  } catch {
    return require('koffi') as Koffi;
  }
}
