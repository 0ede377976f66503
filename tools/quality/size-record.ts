import { PACKAGES } from '../packed/workspace-packages.ts';
import { type PackageSize, type PackedPlaces, packageSize } from './package-size.ts';
import { readRecord, writeRecord } from './records.ts';

/** What a package took when it was recorded, and what it may take, in bytes. */
interface RecordedSize {
  readonly measured: PackageSize;
  readonly budget: PackageSize;
}

/** All records, by the packages' folders. */
export type SizeRecord = Readonly<Record<string, RecordedSize>>;

/** The records as they are committed. */
export function readSizes(): SizeRecord {
  return JSON.parse(readRecord('sizes.json'));
}

/** Measures all packages anew. A budget stays as it is: to raise one is a decision, made by hand. */
export function updateSizes(places: PackedPlaces): void {
  const old = readSizes();
  const sizes = PACKAGES.map((folder) => {
    const measured = packageSize(folder, places);
    return [folder, { measured, budget: old[folder]?.budget ?? withRoom(measured) }];
  });
  writeRecord('sizes.json', `${JSON.stringify(Object.fromEntries(sizes), undefined, 2)}\n`);
}

/** A first budget: a fifth more, in whole thousands. */
function withRoom({ tarball, install }: PackageSize): PackageSize {
  const roomy = (bytes: number) => Math.ceil((bytes * 1.2) / 1000) * 1000;
  return { tarball: roomy(tarball), install: roomy(install) };
}
