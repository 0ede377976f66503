import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { shimProgram } from '@shimwright/shim-service';

/**
 * A shim of containerd's runtime v1 that has a process for each container: containerd's own, or, where the containerd of
 * this machine has none any more (2.0 and later), ours in the same place.
 *
 * @param directory where a program is written that starts ours.
 * @returns a name for the PATH, or the path of that program.
 */
export async function singleShim(directory: string): Promise<string> {
  const stock = 'containerd-shim';
  if ((process.env['PATH'] ?? '').split(':').some((each) => existsSync(path.join(each, stock)))) return stock;
  const { command, args } = shimProgram();
  const program = path.join(directory, stock);
  const words = [command, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  await writeFile(program, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  await chmod(program, 0o755);
  return program;
}
