import { type Bundle, loadBundle } from '@shimwright/bundle-core';
import type { Site } from './site.ts';

/** The bundle that a name would be the id of; undefined for one that is no id. */
export function bundleOf(id: string, { roots }: Site): Bundle | undefined {
  try {
    return loadBundle({ id, ...roots });
  } catch {
    return undefined;
  }
}
