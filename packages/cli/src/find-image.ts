import { imageStore, type PlaceOptions } from '@shimwright/containers';
import { CliError } from './errors.ts';
import { hasCode } from './place.ts';

type Store = Awaited<ReturnType<typeof imageStore>>;
type Image = Awaited<ReturnType<Store['get']>>;

/** Images by a name, or by the beginning of a digest, with or without `sha256:`. More than one name may have a digest. */
export async function findImages(name: string, place: PlaceOptions): Promise<readonly Image[]> {
  const store = await imageStore(place);
  const all = await store.list();
  const digits = name.replace(/^sha256:/, '');
  const found = /^[0-9a-f]{4,64}$/.test(digits)
    ? all.filter(({ digest }) => digest.startsWith(`sha256:${digits}`))
    : [];
  if (new Set(found.map(({ digest }) => digest)).size > 1)
    throw new CliError(`several images begin with ${name}`);
  return found.length > 0 ? found : [await store.get(name)];
}

/** Whether nobody has an image of that name, or it can be none. */
export function isNoImage(error: unknown): boolean {
  return hasCode(error, 'ERR_IMAGE_UNKNOWN') || hasCode(error, 'ERR_IMAGE_ARGUMENT');
}
