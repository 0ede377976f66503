import path from 'node:path';
import { type PackagedFile, packagedFile } from './packaged-file.ts';

/** A program of Node that a package brings along beside its code. */
export interface PackagedProgram extends PackagedFile {
  /** Its source, from the module that starts it. */
  readonly source: string;
  /** What Node is told about it, besides what all programs have in common. @default [] */
  readonly flags?: readonly string[];
}

// Whoever is on this machine could look into a process that opens its debugger.
const NO_DEBUGGER = '--disable-sigusr1';

/**
 * The arguments by which Node starts a program that a package brings along; the program's own come after them.
 *
 * While the packages are developed, which their sources alone can tell, a program runs from its source; or as users have it, where
 * `SHIMWRIGHT_PROGRAMS` says where all of them were built: they start in a third of the time then.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and the program was not copied.
 */
export function programArguments(program: PackagedProgram): readonly string[] {
  const { flags = [], moduleUrl, name, source } = program;
  if (!moduleUrl?.endsWith('.ts')) return [NO_DEBUGGER, ...flags, packagedFile(program)];
  const built = process.env['SHIMWRIGHT_PROGRAMS'];
  if (built) return [NO_DEBUGGER, ...flags, path.join(built, path.basename(program.package), 'dist', name)];
  return [NO_DEBUGGER, '--conditions=@shimwright/source', packagedFile({ ...program, name: source })];
}
