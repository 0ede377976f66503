import path from 'node:path';
import { checkOptions } from '../check-options.ts';
import { badArgument, ImageError } from '../errors.ts';
import { runTool, type ToolEnd } from '../tools/run-tool.ts';
import { wordsOf } from '../tools/tool-failure.ts';

const LIMIT_MS = 3_600_000;

/** How a tree is copied. */
export interface CopyTreeOptions {
  /** Leaves out what is on another file system: directories where something is mounted are empty in the copy. @default false */
  readonly oneFileSystem?: boolean;
  /** Ends it; what is copied by then stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies what is in a directory, with owners, holes, hard links and attributes. Where the file system can, the files share their blocks
 * until one of them is written.
 *
 * @param to it is made where it is missing; its parent must be there.
 * @throws {ImageError} `ERR_IMAGE_NO_SPACE`, `ERR_IMAGE_TOOL_FAILED`. Rejects with the signal's reason on an abort.
 */
export async function copyTree(from: string, to: string, options: CopyTreeOptions = {}): Promise<void> {
  for (const [name, directory] of Object.entries({ from, to })) {
    if (typeof directory !== 'string' || directory === '' || directory.includes('\0'))
      throw badArgument(`\`${name}\` must be a path`);
  }
  checkOptions(options, { oneFileSystem: true, signal: true });
  const { oneFileSystem = false, signal = new AbortController().signal } = options;
  const cwd = path.dirname(to);
  const flags = ['-af', '--reflink=auto', ...(oneFileSystem ? ['--one-file-system'] : [])];
  const copy = ['cp', ...flags, '--no-target-directory', '--', `${from}/.`, to];
  const run = ([command = '', ...args]: readonly string[]): Promise<ToolEnd> =>
    runTool({ tool: 'coreutils', command, args, cwd, signal, timeoutMs: LIMIT_MS });
  let end = await run(copy);
  // An image may have files that not even their owner may read. Root of a user namespace may, where there can be one.
  if (end.exitCode !== 0 && /permission denied/i.test(end.stderr))
    end = await run(['unshare', '--map-root-user', ...copy]);
  if (end.exitCode === 0) return;
  const words = wordsOf(end.stderr);
  const code = /no space left|quota exceeded/i.test(words) ? 'ERR_IMAGE_NO_SPACE' : 'ERR_IMAGE_TOOL_FAILED';
  throw new ImageError(code, `the files cannot be copied: ${words}`, {
    tool: 'cp',
    stderr: end.stderr,
    exitCode: end.exitCode,
  });
}
