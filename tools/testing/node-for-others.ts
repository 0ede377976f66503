import { chmod, copyFile, link } from 'node:fs/promises';
import path from 'node:path';
import { tempDir } from './temp-dir.ts';

/**
 * A path of this Node.js by which processes of any user can start it, gone with the test: the one that runs is often
 * below a home directory that only its owner may enter.
 */
export async function nodeForOthers(): Promise<string> {
  const directory = await tempDir();
  await chmod(directory, 0o755);
  const program = path.join(directory, 'node');
  // Another file system takes a copy, which costs 120 MB.
  await link(process.execPath, program).catch(() => copyFile(process.execPath, program));
  return program;
}
