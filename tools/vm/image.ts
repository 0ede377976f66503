import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { type GuestFile, imageKey } from './image-key.ts';
import { PACKAGES, type System } from './systems.ts';

const TOOLS = path.join(import.meta.dirname, '..');
const DISK_SIZE = '24G';
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** What boots a machine. */
export interface Image {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** Of the system, an image to boot from: made on the first call and again after a week, outside the checkout. */
export async function imageOf(system: System): Promise<Image> {
  const files = await guestFiles();
  const cache = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'shimwright');
  const directory = path.join(cache, `vm-${imageKey(system, files)}`);
  await removeOld(cache, system);
  if (!existsSync(directory)) await make(system, files, directory);
  const file = (name: string) => path.join(directory, name);
  return { disk: file('disk.raw'), kernel: file('vmlinuz'), initrd: file('initrd.img') };
}

async function guestFiles(): Promise<GuestFile[]> {
  const guest = (name: string) => readFile(path.join(import.meta.dirname, 'guest', name), 'utf8');
  return [
    { path: 'etc/systemd/system/vm-job.service', content: await guest('vm-job.service'), mode: 0o644 },
    { path: 'usr/local/sbin/vm-job', content: await guest('vm-job'), mode: 0o755 },
  ];
}

async function make(system: System, files: readonly GuestFile[], directory: string): Promise<void> {
  await execa(path.join(TOOLS, 'setup.sh'), ['mmdebstrap', 'e2fsprogs'], { stdio: 'inherit' });
  const options = system.aptOptions.map((option) => `--aptopt=${option}`);
  const { stdout: tar } = await execa(
    path.join(TOOLS, 'bare-root/image.sh'),
    [system.suite, PACKAGES.join(','), ...options],
    { stderr: 'inherit' },
  );
  await mkdir(path.dirname(directory), { recursive: true });
  const unfinished = await mkdtemp(`${directory}.`);
  try {
    const root = path.join(unfinished, 'root');
    await mkdir(root);
    await execa('tar', ['-x', '--numeric-owner', '-C', root, '-f', tar]);
    await furnish(root, files);
    const disk = path.join(unfinished, 'disk.raw');
    await execa('truncate', ['--size', DISK_SIZE, disk]);
    await execa('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', root, disk], {
      env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    await rename(await bootFile(root, 'vmlinuz-'), path.join(unfinished, 'vmlinuz'));
    await rename(await bootFile(root, 'initrd.img-'), path.join(unfinished, 'initrd.img'));
    await rm(root, { recursive: true });
    await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Puts into the root directory of a machine what runs the job. */
async function furnish(root: string, files: readonly GuestFile[]): Promise<void> {
  for (const { path: name, content, mode } of files)
    await writeFile(path.join(root, name), content, { mode, flag: 'wx' });
  // Without an id a machine takes this for its first start, and sets all its units anew.
  await writeFile(path.join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
  const wants = path.join(root, 'etc/systemd/system/graphical.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink('../vm-job.service', path.join(wants, 'vm-job.service'));
}

async function bootFile(root: string, prefix: string): Promise<string> {
  const boot = path.join(root, 'boot');
  const name = (await readdir(boot)).find((entry) => entry.startsWith(prefix));
  if (!name) throw new Error(`the image has no /boot/${prefix}*`);
  return path.join(boot, name);
}

async function removeOld(cache: string, system: System): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(`vm-${system.suite}-`))) {
    const directory = path.join(cache, name);
    if (Date.now() - (await stat(directory)).mtimeMs > MAX_AGE_MS)
      await rm(directory, { recursive: true, force: true });
  }
}
