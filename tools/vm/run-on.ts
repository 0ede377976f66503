import { rmSync } from 'node:fs';
import { access, constants, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { packCargo } from './cargo.ts';
import { imageOf } from './image.ts';
import { type Accelerator, MachineError, runMachine } from './machine.ts';
import { systemOf } from './systems.ts';
import { USER_MODE_PACKAGES } from './user-mode.ts';

const SETUP = path.join(import.meta.dirname, '../setup.sh');
/** By how much a machine is slower without KVM: what tests wait for at most is as much longer. */
const SLOWNESS = { kvm: {}, uml: { SHIMWRIGHT_SLOW: '10' }, tcg: { SHIMWRIGHT_SLOW: '10' } };
const PROGRAMS = { kvm: ['qemu-system-x86'], uml: USER_MODE_PACKAGES, tcg: ['qemu-system-x86'] };

/**
 * Boots a machine of that system, runs a command in a copy of this checkout there, and throws the machine away.
 *
 * @returns the status that the command ended with.
 * @throws {RangeError} for a system that is not in the table.
 * @throws {MachineError} when the machine ends in any other way.
 */
export async function runOn(
  systemName: string,
  command: string,
  onLine: (line: string) => void,
): Promise<number> {
  const system = systemOf(systemName);
  const image = await imageOf(system);
  const directory = await mkdtemp('/var/tmp/shimwright-vm.');
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    for (const accelerator of await accelerators()) {
      await execa(SETUP, PROGRAMS[accelerator], { stdio: 'inherit' });
      const environment = SLOWNESS[accelerator];
      const cargo = await packCargo(await mkdtemp(path.join(directory, 'cargo.')), { command, environment });
      console.log(`Booting ${system.description} (${accelerator}): ${command}`);
      try {
        return await runMachine(image, { cargo, directory, accelerator, onLine });
      } catch (error) {
        // There are hosts that offer KVM, and cannot run the kernel of a distribution with it.
        if (accelerator !== 'kvm' || !(error instanceof MachineError) || error.code === 'ERR_VM_HANGS')
          throw error;
        console.log(`KVM does not work here: ${error.message.trim()}`);
        hasKvm = false;
      }
    }
    throw new Error('no accelerator');
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Until it is found that a machine does not run with it. */
let hasKvm = true;

/** In the order in which they are tried. `SHIMWRIGHT_VM` names the only one. */
async function accelerators(): Promise<Accelerator[]> {
  const wanted = process.env['SHIMWRIGHT_VM'];
  if (wanted === 'kvm' || wanted === 'uml' || wanted === 'tcg') return [wanted];
  if (wanted) throw new RangeError(`SHIMWRIGHT_VM is "${wanted}"; it can be kvm, uml or tcg`);
  const isOpen = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const other = process.arch === 'x64' ? 'uml' : 'tcg';
  return hasKvm && isOpen ? ['kvm', other] : [other];
}
