import { closeSync, constants, fstatSync, openSync, statSync, unlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { tryFlock } from '@shimwright/linux-native';
import { prepareSocketDirectory } from '@shimwright/shim-host';

const RETRY_MS = 2;
const PATIENCE_MS = 10_000;

/** What keeps all others from starting or ending the process of a group; the kernel undoes it when its holder dies. */
export class GroupLock implements Disposable {
  readonly #file: string;
  readonly #descriptor: number;

  /**
   * Takes the lock once nobody else has it. Its directory is made, and is then this user's alone.
   *
   * @throws {Error} when others keep it for too long.
   * @throws {ShimHostError} `ERR_SHIM_ADDRESS` when somebody else could write that directory.
   */
  static async take(file: string): Promise<GroupLock> {
    prepareSocketDirectory(file);
    for (const deadline = Date.now() + PATIENCE_MS; ; ) {
      const lock = GroupLock.tryTake(file);
      if (lock) return lock;
      if (Date.now() > deadline)
        throw new Error(`somebody has kept ${file} for ${PATIENCE_MS / 1e3} seconds`);
      await delay(RETRY_MS);
    }
  }

  /** Takes the lock, unless somebody has it now. */
  static tryTake(file: string): GroupLock | undefined {
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    const descriptor = openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    let lock: GroupLock | undefined;
    try {
      if (tryFlock(descriptor) && isStill(file, descriptor)) lock = new GroupLock(file, descriptor);
      return lock;
    } finally {
      if (!lock) closeSync(descriptor);
    }
  }

  private constructor(file: string, descriptor: number) {
    this.#file = file;
    this.#descriptor = descriptor;
  }

  /** Lets others have it. */
  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  /** Removes the file as well: the group is no more. */
  remove(): void {
    unlinkSync(this.#file);
    closeSync(this.#descriptor);
  }
}

/** Whoever had the lock may have removed the file: then others have another one of that name. */
function isStill(file: string, descriptor: number): boolean {
  const [own, named] = [fstatSync(descriptor), statSync(file, { throwIfNoEntry: false })];
  return own.ino === named?.ino && own.dev === named.dev;
}
