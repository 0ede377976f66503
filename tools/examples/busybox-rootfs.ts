import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Where containers are given something; it must be there, as the root directory cannot be written. */
const MOUNT_POINTS = ['dev', 'proc', 'run', 'sys', 'tmp'];

/**
 * Makes a root directory with nothing in it but a shell and the usual commands: busybox, one static program
 * (Debian: `apt-get install busybox-static`).
 */
export async function makeBusyboxRootfs(directory: string, busybox = '/bin/busybox'): Promise<void> {
  for (const name of ['bin', ...MOUNT_POINTS]) await mkdir(`${directory}/${name}`, { recursive: true });
  await chmod(`${directory}/tmp`, 0o1777); // runc gives this mode to what it mounts there
  await copyFile(busybox, `${directory}/bin/busybox`);
  const { stdout } = await promisify(execFile)(busybox, ['--list']);
  const commands = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  await Promise.all(commands.map((name) => symlink('busybox', `${directory}/bin/${name}`)));
}
