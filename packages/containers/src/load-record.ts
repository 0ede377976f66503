import { type Bundle, loadSpec } from '@shimwright/bundle-core';
import { codeOf } from './errors.ts';
import { notFound } from './not-found.ts';
import { type ContainerRecord, recordOf } from './record.ts';

/** @throws {ContainerError} `ERR_CONTAINER_NOT_FOUND`. */
export async function loadRecord(bundle: Bundle): Promise<ContainerRecord> {
  try {
    return recordOf(await loadSpec(bundle));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw notFound(bundle.id, error);
    throw error;
  }
}
