import type { ImageStore } from '@shimwright/oci-image';
import { checkOptions } from '../options/check-options.ts';
import { placeChecks } from '../options/option-checks.ts';
import { type PlaceOptions, placeOf } from '../place.ts';
import { storeOf } from './image-files.ts';

/** The images of a place: to pull, list and remove them without a container. */
export async function imageStore(options: PlaceOptions = {}): Promise<ImageStore> {
  checkOptions(options, placeChecks);
  return storeOf(placeOf(options));
}
