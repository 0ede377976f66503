import { readdir, readFile } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { CgroupMetricsError } from './errors.ts';

// The older form, which takes fewer turns of the event loop for a file, of which there are twenty.
const read = promisify(readFile);
const list = promisify(readdir);

const MAX_UINT64 = 2n ** 64n - 1n;

/** The text of a file. */
export function readText(file: string): Promise<string> {
  return read(file, 'utf8');
}

/** The code of an error of the system; empty where it has none. */
export function codeOf(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** The files of one cgroup's directory. What is not there is undefined: kernels differ, and so do what is turned on. */
export class CgroupFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The text of a file.
   *
   * @throws {CgroupMetricsError} `ERR_METRICS_UNREADABLE`.
   */
  async text(name: string): Promise<string | undefined> {
    const file = path.posix.join(this.#directory, name);
    return orMissing(readText(file), file);
  }

  /** The number in a file; `max` and what is above 64 bits is the largest one, what is below zero is 0. */
  async number(name: string): Promise<bigint | undefined> {
    const text = await this.text(name);
    return text === undefined ? undefined : this.parse(name, text.trim());
  }

  /** The numbers in a file that has a name and a number on each line; one that is asked for and not there is 0. */
  async numbers(name: string): Promise<((key: string) => bigint) | undefined> {
    const text = await this.text(name);
    if (text === undefined) return undefined;
    const values = new Map<string, bigint>();
    for (const line of linesOf(text)) {
      const [key = '', value = ''] = line.split(/\s+/);
      // memory.stat and cpu.stat of some kernels end with lines of another kind.
      if (/^(?:-?\d+|max)$/.test(value)) values.set(key, this.parse(name, value));
    }
    return (key) => values.get(key) ?? 0n;
  }

  /**
   * The names in the directory that match, and what is in their first group, sorted.
   *
   * @throws {CgroupMetricsError} `ERR_METRICS_UNREADABLE`.
   */
  async names(pattern: RegExp): Promise<readonly string[]> {
    const names = (await this.#list()) ?? [];
    return names.flatMap((name) => pattern.exec(name)?.[1] ?? []).toSorted();
  }

  /**
   * Whether the cgroup is there.
   *
   * @throws {CgroupMetricsError} `ERR_METRICS_UNREADABLE`.
   */
  async exists(): Promise<boolean> {
    const names = (await this.#list()) ?? [];
    return names.length > 0;
  }

  #list(): Promise<string[] | undefined> {
    return orMissing(list(this.#directory), this.#directory);
  }

  /**
   * A number as the kernel writes it.
   *
   * @throws {CgroupMetricsError} `ERR_METRICS_UNREADABLE`.
   */
  parse(name: string, text: string): bigint {
    if (text === 'max') return MAX_UINT64;
    if (/^\d{1,30}$/.test(text)) {
      const value = BigInt(text);
      return value < MAX_UINT64 ? value : MAX_UINT64;
    }
    if (/^-\d+$/.test(text)) return 0n;
    const file = path.posix.join(this.#directory, name);
    throw new CgroupMetricsError(
      'ERR_METRICS_UNREADABLE',
      `${file} has ${JSON.stringify(text.slice(0, 100))} in the place of a number`,
      { path: file },
    );
  }
}

// ENODEV: the cgroup was removed while its file was open. EOPNOTSUPP: pressure is not counted here.
const MISSING: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP'];

/**
 * What is read; undefined for what is not there. Any other failure, such as a want of descriptors, is none of the
 * cgroup's: it may well be there.
 *
 * @throws {CgroupMetricsError} `ERR_METRICS_UNREADABLE`.
 */
async function orMissing<Result>(reading: Promise<Result>, path: string): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (cause) {
    if (MISSING.includes(codeOf(cause))) return undefined;
    throw new CgroupMetricsError('ERR_METRICS_UNREADABLE', `${path} cannot be read`, { path, cause });
  }
}

/** The lines of a text that have something on them. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
