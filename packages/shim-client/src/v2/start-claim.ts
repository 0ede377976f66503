import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { identify, isRunning, ShimHostError } from '@shimwright/shim-host';
import { hasCode, ShimClientError } from '../errors.ts';

const NAME = '.start';

/** This process, in a link. */
let own: string | undefined;

/**
 * The right to start the shim of a bundle, of one at a time: a shim that is started twice for one id answers both with the same
 * address, and then whoever gives up would end the other's. It is a link that names the process, since a link is made whole or
 * not at all. That of a process which is gone is nobody's.
 */
export class StartClaim {
  readonly #link: string;

  /**
   * Takes it.
   *
   * @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE` while somebody else starts one there. @throws {ShimClientError}
   * `ERR_SHIM_BUNDLE` where there is no bundle.
   */
  static take(bundlePath: string): StartClaim {
    const link = path.join(bundlePath, NAME);
    own ??= `${process.pid} ${identify(process.pid)?.startTime}`;
    const holder = holderOf(link);
    if (holder !== undefined && !isHeld(holder)) takeAway(link, holder);
    try {
      symlinkSync(own, link);
      return new StartClaim(link);
    } catch (cause) {
      if (hasCode(cause, 'EEXIST')) throw taken(bundlePath, cause);
      const message = `${bundlePath} is no bundle that takes a shim`;
      throw new ShimClientError('ERR_SHIM_BUNDLE', message, { path: bundlePath, cause });
    }
  }

  private constructor(link: string) {
    this.#link = link;
  }

  /** Gives it back. */
  release(): void {
    rmSync(this.#link, { force: true });
  }
}

function holderOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined; // what hinders it shows when the link is made
  }
}

function isHeld(holder: string): boolean {
  const [pid, startTime = ''] = holder.split(' ');
  return isRunning({ pid: Number(pid), startTime });
}

/** Removes the link of a holder that is gone. Of several who try, each looks at what it has got: it may be a new one. */
function takeAway(link: string, holder: string): void {
  const aside = `${link}.${process.pid}`;
  try {
    renameSync(link, aside);
    const got = readlinkSync(aside);
    if (got !== holder) symlinkSync(got, link);
  } catch {
    // Somebody was faster.
  } finally {
    rmSync(aside, { force: true });
  }
}

function taken(bundlePath: string, cause: unknown): ShimHostError {
  const message = `the shim of ${bundlePath} is being started by another caller`;
  return new ShimHostError('ERR_SHIM_ADDRESS_IN_USE', message, { path: bundlePath, cause });
}
