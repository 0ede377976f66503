import { closeSync } from 'node:fs';
import {
  attachMount,
  cloneMount,
  type MountRequest,
  mapMountIds,
  mountInBackground,
  unmount,
} from '@shimwright/linux-native';
import { type IdMaps, makeUserNamespace } from './user-namespace.ts';

const LOWERDIR = 'lowerdir=';
const UIDS = 'uidmap=';
const GIDS = 'gidmap=';

/** The ids that a mount is to show, by the options of containerd 1.7 and later; undefined where it says nothing of both. */
export function idMapsOf(options: readonly string[]): IdMaps | undefined {
  const [uids, gids] = [UIDS, GIDS].map((name) =>
    options.find((option) => option.startsWith(name))?.slice(name.length),
  );
  return uids === undefined || gids === undefined ? undefined : { uids, gids };
}

/**
 * Mounts with the ids of a user namespace, as containerd does: of an overlay, the lower directories show them, and of all else the
 * mount itself.
 *
 * @throws {Error} where no user namespace can be made; a system error: `EINVAL` for a file system that cannot map ids. What was mounted
 * by then stays at the target, where whoever undoes its mounts finds it.
 */
export async function mountMapped(request: MountRequest, maps: IdMaps): Promise<void> {
  const options = request.options.filter((option) => !option.startsWith(UIDS) && !option.startsWith(GIDS));
  const userNamespace = await makeUserNamespace(maps);
  try {
    if (request.type === 'overlay') await mountOverlay({ ...request, options }, userNamespace);
    else await mountOther({ ...request, options }, userNamespace);
  } finally {
    closeSync(userNamespace);
  }
}

async function mountOther(request: MountRequest, userNamespace: number): Promise<void> {
  await mountInBackground(request);
  const mapped = await cloneMount(request.target);
  try {
    mapMountIds(mapped, userNamespace); // none that is at a place can be changed
    unmount(request.target, { detach: true });
    attachMount(mapped, request.target);
  } finally {
    closeSync(mapped);
  }
}

/**
 * An overlay takes directories that are at some place only. They are for that moment, one above the other, at the place of the
 * overlay: whatever happens, whoever undoes all that is mounted there undoes them as well.
 */
async function mountOverlay(request: MountRequest, userNamespace: number): Promise<void> {
  const { target } = request;
  const mounts: number[] = [];
  try {
    const options: string[] = [];
    for (const option of request.options) {
      if (!option.startsWith(LOWERDIR)) {
        options.push(option);
        continue;
      }
      const names: string[] = [];
      for (const directory of lowerDirectories(option)) {
        const mapped = await cloneMount(directory);
        mounts.push(mapped);
        mapMountIds(mapped, userNamespace);
        attachMount(mapped, target);
        names.push(`/proc/self/fd/${mapped}`);
      }
      options.push(LOWERDIR + names.join(':'));
    }
    const lowers = mounts.length;
    await mountInBackground({ ...request, options });
    const overlay = await cloneMount(target);
    mounts.push(overlay);
    for (let count = 0; count <= lowers; count += 1) unmount(target, { detach: true });
    attachMount(overlay, target);
  } finally {
    for (const mount of mounts) closeSync(mount);
  }
}

/** The directories as they are on the disk: in the option, a colon of a name has a backslash before it. */
function lowerDirectories(option: string): string[] {
  const names = option.slice(LOWERDIR.length).split(/(?<!\\):/);
  return names.map((name) => name.replaceAll(/\\(.)/gs, '$1'));
}
