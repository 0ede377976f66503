import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { identify, isRunning } from '@shimwright/shim-host';
import { hasCode } from './errors.ts';

/** This process, in a link. */
let own: string | undefined;

/**
 * The right to clean something, of one process at a time: a link in it, or beside it, that names the process, since a link is made whole
 * or not at all, even on a full disk. That of a process which is gone is taken over.
 */
export class Claim {
  readonly #link: string;

  private constructor(link: string) {
    this.#link = link;
  }

  /**
   * Takes it; undefined when somebody else has it, or the directory is gone.
   *
   * @param directory that of the bundle, or one that the bundle `id` has in common with others.
   */
  static take(directory: string, id?: string): Claim | undefined {
    const link = path.join(directory, id === undefined ? '.recover' : `.recover.${id}`);
    const holder = holderOf(link);
    if (holder !== undefined && (isHeld(holder) || !isTakenAway(link, holder))) return undefined;
    try {
      own ??= `${process.pid} ${identify(process.pid)?.startTime}`;
      symlinkSync(own, link);
      return new Claim(link);
    } catch (error) {
      if (hasCode(error, 'EEXIST', 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** The id of an abandoned claim beside what was to be cleaned; undefined for any other file. */
  static abandonedId(link: string): string | undefined {
    const [, id] = /^\.recover\.(.+)$/.exec(path.basename(link)) ?? [];
    const holder = id === undefined ? undefined : holderOf(link);
    return holder === undefined || isHeld(holder) ? undefined : id;
  }

  /** Gives it back, for another attempt. */
  release(): void {
    rmSync(this.#link, { force: true });
  }
}

function holderOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isHeld(holder: string): boolean {
  const [pid, startTime = ''] = holder.split(' ');
  return isRunning({ pid: Number(pid), startTime });
}

/** Removes the link of a holder that is gone. Of several who try, each looks at what it has got: it may be a new one. */
function isTakenAway(link: string, holder: string): boolean {
  const aside = `${link}.${process.pid}`;
  try {
    renameSync(link, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  const got = readlinkSync(aside);
  if (got !== holder) symlinkSync(got, link);
  rmSync(aside);
  return got === holder;
}
