import path from 'node:path';
import type { Image } from './image.ts';

/** The programs of Debian that it takes, for a processor of x86 only. */
export const USER_MODE_PACKAGES = ['user-mode-linux', 'vde2'];

/** Where that package keeps the modules of its kernel. The machine mounts it. */
const MODULES = '/usr/lib/uml/modules';

/**
 * The network is a switch in user space and a program that answers on it for all others, as qemu has it in itself.
 * The kernel prints its own first words on 1, which is for the job: it gets the console there, and the job another one.
 */
const START = `
console=$1; shift
vde_switch -daemon -sock "$0/switch" && slirpvde -daemon -sock "$0/switch" || exit
exec linux.uml "$@" 3>&1 >"$console" 2>&1
`;

/**
 * What runs a machine as a process: user-mode Linux, for hosts that have no KVM. It is two to five times as quick as an
 * emulator. The kernel is the package's and not the system's own; all else is the system's.
 * Each process of the machine is one here too, so that the machine gets a PID namespace, which ends with it.
 * The job's output goes to descriptor 1, the console to `consoleLog`. Writes go to a sparse file in `directory`.
 */
export function userModeCommand(
  { disk }: Pick<Image, 'disk'>,
  { cargo, directory }: { readonly cargo: string; readonly directory: string },
  consoleLog: string,
): { file: string; arguments: string[] } {
  return {
    file: 'unshare',
    arguments: [
      ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', START],
      ...[directory, consoleLog],
      ...['mem=4G', `uml_dir=${directory}`, 'umid=machine'],
      ...[`ubd0=${path.join(directory, 'writes.cow')},${disk}`, `ubd1r=${cargo}`],
      ...[`eth0=vde,${path.join(directory, 'switch')}`],
      ...['con=null', 'con0=null,fd:1', 'ssl=null', 'ssl1=null,fd:3'],
      ...['root=/dev/ubda', 'rw', 'net.ifnames=0', 'panic=-1'],
      ...['systemd.mask=serial-getty@ttyS0.service', `vm.modules=${MODULES}`],
    ],
  };
}
