import { ImageError } from '../errors.ts';
import { runTool, type ToolEnd } from '../tools/run-tool.ts';
import { wordsOf } from '../tools/tool-failure.ts';

const LIMIT_MS = 3_600_000;

/** Copies a tree with all that its files have; where the file system can, they share their blocks until one is written. */
export async function copyTree(from: string, to: string, cwd: string, signal: AbortSignal): Promise<void> {
  const copy = ['cp', '-af', '--reflink=auto', '--', `${from}/.`, to];
  const run = ([command = '', ...args]: readonly string[]): Promise<ToolEnd> =>
    runTool({ tool: 'coreutils', command, args, cwd, signal, timeoutMs: LIMIT_MS });
  let end = await run(copy);
  // An image may have files that not even their owner may read. Root of a user namespace may, where there can be one.
  if (end.exitCode !== 0 && /permission denied/i.test(end.stderr))
    end = await run(['unshare', '--map-root-user', ...copy]);
  if (end.exitCode === 0) return;
  const words = wordsOf(end.stderr);
  const code = /no space left|quota exceeded/i.test(words) ? 'ERR_IMAGE_NO_SPACE' : 'ERR_IMAGE_TOOL_FAILED';
  throw new ImageError(code, `the image cannot be copied: ${words}`, {
    tool: 'cp',
    stderr: end.stderr,
    exitCode: end.exitCode,
  });
}
