import { statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/** Where Debian's golang-*-dev packages put their sources; the only Go sources our peers are built on. */
const GOPATH = '/usr/share/gocode';

/**
 * Builds the Go program in `directory` unless a build newer than its sources is there.
 *
 * @param gopath of sources that come before those of Debian's packages.
 * @returns the path of the binary, below `tools/.bin`.
 */
export async function buildGo(directory: string, gopath?: string): Promise<string> {
  const binary = path.join(import.meta.dirname, '.bin', path.basename(directory));
  if (!(await isFresh(binary, directory))) {
    await mkdir(path.dirname(binary), { recursive: true });
    // Without cgo it takes no C compiler, which a machine with Debian's Go may lack. A compilation is over before it would pay to
    // collect its garbage.
    const sources = gopath === undefined ? GOPATH : `${gopath}:${GOPATH}`;
    const env = { GO111MODULE: 'off', GOPATH: sources, CGO_ENABLED: '0', GOGC: 'off' };
    // One at a time: with nothing built yet, several tests at once would each compile the packages that their peers share.
    const lock = path.join(path.dirname(binary), 'lock');
    await execa('flock', [lock, 'go', 'build', '-o', binary, '.'], { cwd: directory, env });
  }
  return binary;
}

async function isFresh(binary: string, directory: string): Promise<boolean> {
  const built = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = await readdir(directory);
  return sources.every((name) => statSync(path.join(directory, name)).mtimeMs < built);
}
