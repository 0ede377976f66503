import { ImageError } from '../errors.ts';
import { runTool } from '../tools/run-tool.ts';
import { wordsOf } from '../tools/tool-failure.ts';

const LIMIT_MS = 3_600_000;

/** Copies a tree with all that its files have; where the file system can, they share their blocks until one is written. */
export async function copyTree(from: string, to: string, cwd: string, signal: AbortSignal): Promise<void> {
  const args = ['-a', '--reflink=auto', '--', `${from}/.`, to];
  const end = await runTool({ tool: 'coreutils', command: 'cp', args, cwd, signal, timeoutMs: LIMIT_MS });
  if (end.exitCode === 0) return;
  const words = wordsOf(end.stderr);
  const code = /no space left|quota exceeded/i.test(words) ? 'ERR_IMAGE_NO_SPACE' : 'ERR_IMAGE_TOOL_FAILED';
  throw new ImageError(code, `the image cannot be copied: ${words}`, {
    tool: 'cp',
    stderr: end.stderr,
    exitCode: end.exitCode,
  });
}
