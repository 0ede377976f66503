import { checkOptions } from '../options/check-options.ts';
import { placeChecks } from '../options/option-checks.ts';
import { type PlaceOptions, placeOf, preparePlace } from '../place.ts';
import type { DoctorFinding } from './finding.ts';
import { cgroupsFinding, userFinding } from './limits-of-machine.ts';
import {
  cniFinding,
  imageToolFindings,
  overlayFinding,
  platformFinding,
  runtimeFindings,
} from './tools-of-machine.ts';

/** What this machine has and lacks. It changes nothing but that the directories of the place are there. */
export async function doctor(options: PlaceOptions = {}): Promise<DoctorFinding[]> {
  checkOptions(options, placeChecks);
  const place = placeOf(options);
  const platform = platformFinding();
  if (!platform.ok) return [platform];
  await preparePlace(place);
  return [
    platform,
    userFinding(),
    ...(await runtimeFindings(place)),
    cgroupsFinding(),
    await overlayFinding(place),
    ...(await imageToolFindings()),
    cniFinding(),
  ];
}
