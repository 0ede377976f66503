import path from 'node:path';
import { type ChosenRuntime, OciRuntime } from '@shimwright/oci-runtime';

/** The quickest OCI runtime that works on this machine, and why it is that one. */
export function chooseRuntime(base: string): Promise<ChosenRuntime> {
  return new OciRuntime({ command: 'auto', root: path.join(base, 'probe') }).chosen();
}
