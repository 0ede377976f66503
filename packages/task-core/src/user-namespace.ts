import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** How long the program may take: it waits for nothing but the kernel. */
const LIMIT_MS = 10_000;

/** Which ids of the host stand for which of a user namespace, as containerd writes them: `0:100000:65536`, and more with commas. */
export interface IdMaps {
  /** Of users. */
  readonly uids: string;
  /** Of groups. */
  readonly gids: string;
}

/**
 * Makes a user namespace with these ids, in which nothing runs. A process of many threads cannot make one, so that `unshare` of
 * util-linux does it, and has ended when this resolves.
 *
 * @returns a descriptor of the namespace, the caller's to close.
 * @throws {Error} where the maps make no sense, `unshare` is missing, or the kernel refuses: `EPERM` without the right to set ids.
 */
export async function makeUserNamespace(maps: IdMaps): Promise<number> {
  const [uids, gids] = [mapText(maps.uids), mapText(maps.gids)];
  // `cat` says what it is told, once it is there: then the namespace is made.
  const child = spawn('unshare', ['--user', 'cat']);
  // Node's own limit would keep the program alive where the child cannot be started.
  const tooLate = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const ended = once(child, 'close');
  // It may be missing, of which whoever waits below is told; without a descriptor left, it has no streams either.
  ended.catch(() => {});
  try {
    if (child.pid === undefined) await ended;
    const words = text(child.stderr).catch(() => '');
    child.stdin.on('error', () => {}).write('.');
    const said = await Promise.race([once(child.stdout, 'data'), ended]);
    if (!Buffer.isBuffer(said[0])) {
      throw new Error(`unshare --user could not make a user namespace: ${(await words).trim()}`);
    }
    writeFileSync(`/proc/${child.pid}/uid_map`, uids);
    writeFileSync(`/proc/${child.pid}/gid_map`, gids);
    return openSync(`/proc/${child.pid}/ns/user`, 'r');
  } finally {
    clearTimeout(tooLate);
    child.stdin?.end();
    await ended.catch(() => {});
  }
}

/** What the kernel takes for a map. */
function mapText(map: string): string {
  const lines = map.split(',').map((part) => {
    const [inside, outside, size] = /^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(part)?.slice(1) ?? [];
    if (size === undefined)
      throw new Error(`${JSON.stringify(map)} is no map of ids, such as 0:100000:65536`);
    return `${inside} ${outside} ${size}\n`;
  });
  return lines.join('');
}
