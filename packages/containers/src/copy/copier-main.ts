// Copies into a container or out of it, as a tar stream on stdin or stdout. Its root is the container's before it touches a file, so no
// link and no `..` leads it anywhere else. Descriptor 3 is that root, as its starter has opened it.
import { lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { assertPlatform, systemCall } from '@shimwright/linux-native';
import * as tar from 'tar';

const ROOT = 3;

const fchdir = systemCall<[fd: number]>('fchdir', 'int fchdir(int fd)');
const chroot = systemCall<[path: string]>('chroot', 'int chroot(const char *path)');

async function main(direction: string, target: string): Promise<void> {
  assertPlatform(); // what is loaded later would be the container's
  process.umask(0);
  fchdir([ROOT]);
  chroot(['.']);
  process.chdir('/');
  if (direction === 'in') await extract(target);
  else await pack(target);
}

async function extract(directory: string): Promise<void> {
  if (!statSync(directory).isDirectory()) throw new Error(`${directory} is no directory`);
  // Below `/`, node-tar takes every path for one that leads out of it. Here, none can lead out of `/`.
  const preservePaths = directory === '/';
  const unpack = tar.extract({
    cwd: directory,
    preserveOwner: true,
    preservePaths,
    strict: true,
    processUmask: 0,
  });
  await pipeline(process.stdin, unpack);
}

async function pack(source: string): Promise<void> {
  lstatSync(source); // before a byte is written
  const [parent, name] = source === '/' ? ['/', '.'] : [path.dirname(source), memberName(source)];
  await pipeline(tar.create({ cwd: parent, strict: true }, [name]), process.stdout);
}

/** One that begins with @ would be taken for an archive to pack again. */
function memberName(source: string): string {
  const name = path.basename(source);
  return name.startsWith('@') ? `./${name}` : name;
}

const [direction = '', target = ''] = process.argv.slice(2);
main(direction, path.resolve('/', target)).catch((error: unknown) => {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
