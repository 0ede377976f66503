import type { ImageStore } from '@shimwright/oci-image';
import { type PlaceOptions, placeOf } from '../place.ts';
import { storeOf } from './image-files.ts';

/** The images of a place: to pull, list and remove them without a container. */
export function imageStore(options: PlaceOptions = {}): Promise<ImageStore> {
  return storeOf(placeOf(options));
}
