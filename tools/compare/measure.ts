import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../packed/workspace-packages.ts';

/** What an install of a package brings, as npm makes it here. */
interface Install {
  readonly version: string;
  readonly packages: number;
  readonly bytes: number;
  /** Whether a script runs when it is installed, which compiles or downloads. */
  readonly runsScript: boolean;
}

/** What a writer of files does in three cases. */
export interface Writer {
  /** What is in the file after a write that the disk has no room for: the old content, or some of the new. */
  readonly onFullDisk: 'old' | 'short';
  /** Whether that write told of it. */
  readonly tellsFullDisk: boolean;
  /** How many bytes it writes of a `Float64Array(4)`, which has 32; 0 where it refuses it. */
  readonly float64Bytes: number;
  /** What it does where a link is: replaces the link, or writes through it. */
  readonly link: 'replaces' | 'follows';
}

/** All that the comparison is made from. */
export interface Measures {
  readonly installs: Readonly<Record<string, Install>>;
  readonly writers: Readonly<Record<string, Writer>>;
  /** What an install of `fs-atomic` comes to, as the records of sizes had it. */
  readonly ourBytes: number;
  /** Debian's version of podman. */
  readonly podman: string;
}

/** Programs that others install in our place. */
const PACKAGES = ['dockerode', 'testcontainers', 'write-file-atomic', 'atomically', 'node-pty'];

/** How each writes a file: the body of `async (file, data) => …`. */
const WRITERS: Readonly<Record<string, string>> = {
  'write-file-atomic': `(await import('write-file-atomic')).default(file, data)`,
  atomically: `(await import('atomically')).writeFile(file, data)`,
  'fs-atomic': `(await import('@shimwright/fs-atomic')).atomicWriteFile(file, data)`,
};

/** Installs and tries all of them. Takes root, Linux and a registry. */
export async function measure(): Promise<Measures> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-compare-'));
  try {
    const installs: Record<string, Install> = {};
    for (const name of PACKAGES) installs[name] = await install(path.join(base, name), name);
    const writers: Record<string, Writer> = {};
    for (const [name, code] of Object.entries(WRITERS)) {
      const home = name in installs ? path.join(base, name) : path.join(ROOT, 'tools');
      writers[name] = await tryWriter(home, path.join(base, `disk-${name}`), code);
    }
    const policy = await execa('apt-cache', ['policy', 'podman']);
    const podman = /Candidate: (\d+\.\d+)/.exec(policy.stdout)?.[1] ?? 'unknown';
    const sizes = JSON.parse(await readFile(path.join(ROOT, 'tools/quality/sizes.json'), 'utf8'));
    return { installs, writers, ourBytes: sizes['fs-atomic'].measured.install, podman };
  } finally {
    await rm(base, { recursive: true });
  }
}

async function install(directory: string, name: string): Promise<Install> {
  await mkdir(directory);
  await writeFile(path.join(directory, 'package.json'), '{ "private": true }');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', name];
  await execa('npm', args, { cwd: directory });
  const modules = path.join(directory, 'node_modules');
  const files = (await readdir(modules, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const sizes = await Promise.all(
    files.map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size),
  );
  const { packages } = JSON.parse(await readFile(path.join(directory, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(await readFile(path.join(modules, name, 'package.json'), 'utf8'));
  return {
    version: manifest.version,
    packages: Object.keys(packages).length - 1,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    runsScript: Object.values<{ readonly hasInstallScript?: boolean }>(packages).some(
      (one) => one.hasInstallScript,
    ),
  };
}

/** A disk of 1 MiB is filled by a write of 4; what is tried runs in a process of its own. */
async function tryWriter(home: string, disk: string, code: string): Promise<Writer> {
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  try {
    const program = `
      import { lstatSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
      const write = async (file, data) => ${code};
      const disk = ${JSON.stringify(disk)};
      writeFileSync(disk + '/good', 'good');
      const error = await write(disk + '/good', Buffer.alloc(4 << 20)).then(() => undefined, (thrown) => thrown);
      const onFullDisk = readFileSync(disk + '/good', 'latin1') === 'good' ? 'old' : 'short';
      for (const name of readdirSync(disk)) rmSync(disk + '/' + name); // for the disk may be full still
      const numbers = await write(disk + '/numbers', new Float64Array(4)).then(() => true, () => false);
      writeFileSync(disk + '/target', 'target');
      symlinkSync('target', disk + '/link');
      await write(disk + '/link', 'new');
      console.log(JSON.stringify({
        onFullDisk,
        tellsFullDisk: error !== undefined,
        float64Bytes: numbers ? statSync(disk + '/numbers').size : 0,
        link: lstatSync(disk + '/link').isSymbolicLink() ? 'follows' : 'replaces',
      }));`;
    const file = path.join(home, `.usage-compare-${process.pid}.mjs`);
    await writeFile(file, program);
    try {
      const { stdout } = await execa(process.execPath, ['--conditions=@shimwright/source', file], {
        cwd: home,
      });
      return JSON.parse(stdout);
    } finally {
      await rm(file);
    }
  } finally {
    execFileSync('umount', [disk]);
  }
}
