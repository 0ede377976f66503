import { execa } from 'execa';

/** What git prints in a repository, without the last line's end. */
export async function git(root: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa('git', args, { cwd: root });
  return stdout;
}

/** The lines of it; none, if it prints nothing. */
export async function gitLines(root: string, ...args: readonly string[]): Promise<string[]> {
  return (await git(root, ...args)).split('\n').filter((line) => line !== '');
}
