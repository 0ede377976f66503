import { type NativeArgument, native, type SystemCall } from './library.ts';
import { type SystemErrorPaths, systemError } from './system-error.ts';

// libuv's own default.
const DEFAULT_POOL = 4;

/** A call that waits in a thread of libuv's pool; rejects with the system error where the result is -1. */
export type BackgroundCall<Arguments extends readonly NativeArgument[]> = (
  ...args: Parameters<SystemCall<Arguments>>
) => Promise<number>;

type AsyncFunction = {
  readonly async: (...args: readonly unknown[]) => void;
};

let busy = 0;
const waiting: (() => void)[] = [];

/**
 * Declares a function of the C library that may take long. Half of the threads of libuv's pool are left to the files of
 * the program, however many of these calls hang.
 *
 * @param name what errors call it.
 * @param prototype in C, with a result of `int` or `long`.
 */
export function backgroundCall<Arguments extends readonly NativeArgument[]>(
  name: string,
  prototype: string,
): BackgroundCall<Arguments> {
  let bound: AsyncFunction | undefined;
  return async (args, paths) => {
    bound ??= native().libc.func(prototype) as unknown as AsyncFunction;
    await enter();
    try {
      return await call(bound, name, args, paths);
    } finally {
      leave();
    }
  };
}

function call(
  bound: AsyncFunction,
  name: string,
  args: readonly NativeArgument[],
  paths: SystemErrorPaths | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    bound.async(...args, (error: Error | null, result: number) => {
      if (error) reject(error);
      else if (result !== -1) resolve(result);
      // Within the callback this is the number of that call.
      else reject(systemError(native().koffi.errno(), name, paths));
    });
  });
}

async function enter(): Promise<void> {
  if (busy >= atOnce()) await new Promise<void>((resolve) => waiting.push(resolve));
  else busy += 1;
}

/** Whoever waits has the place of one that leaves. */
function leave(): void {
  const next = waiting.shift();
  if (next) next();
  else busy -= 1;
}

function atOnce(): number {
  const pool = Number(process.env['UV_THREADPOOL_SIZE'] ?? DEFAULT_POOL);
  return Math.max(1, Math.floor((pool >= 1 ? pool : DEFAULT_POOL) / 2));
}
