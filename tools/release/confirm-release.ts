import { createInterface } from 'node:readline/promises';
import type { ReleaseIntent } from './publish-packages.ts';
import type { ReleaseArguments } from './release-arguments.ts';

/** The branch that releases are made from. */
const RELEASE_BRANCH = 'main';

/**
 * Shows what a release is about to do, and asks whether to go on: at a terminal only, since nobody could answer
 * elsewhere. A dry run is never agreed to.
 */
export async function confirmRelease(
  intent: ReleaseIntent,
  { isDryRun, isAgreed }: Pick<ReleaseArguments, 'isDryRun' | 'isAgreed'>,
): Promise<boolean> {
  for (const line of linesOf(intent)) console.log(line);
  if (isDryRun) {
    console.log('A dry run: nothing was published and nothing tagged.');
    return false;
  }
  if (intent.publish.length === 0 || isAgreed || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  const agreed = await ask(`Publish ${counted(intent.publish.length)} to ${intent.registry}? [y/N] `);
  if (!agreed) console.log('Nothing was published and nothing tagged.');
  return agreed;
}

/** The intent as it is shown, in lines. */
export function linesOf({
  registry,
  branch,
  commit,
  distTag,
  publish,
  tag,
}: ReleaseIntent): readonly string[] {
  const here = branch === undefined ? `none: commit ${commit} is checked out` : `${branch}, commit ${commit}`;
  const warning = branch === RELEASE_BRANCH ? '' : ` (releases are made from ${RELEASE_BRANCH})`;
  return [
    `Registry  ${registry}`,
    `Branch    ${here}${warning}`,
    `Tag       ${distTag}`,
    `Packages  ${publish.length === 0 ? 'none: the registry has all of them' : counted(publish.length)}`,
    ...publish.map((version) => `  ${version}`),
    ...(tag.length === 0 ? [] : ['Published before, and not yet tagged:', ...tag.map((name) => `  ${name}`)]),
  ];
}

function counted(packages: number): string {
  return `${packages} package${packages === 1 ? '' : 's'}`;
}

/** Whether the answer is yes; the end of the input and Ctrl-C are a no. */
async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const { promise: left, resolve } = Promise.withResolvers<string>();
  terminal.once('close', () => resolve(''));
  terminal.once('SIGINT', () => terminal.close());
  try {
    const answer = await Promise.race([terminal.question(question), left]);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false; // closed while it was asked
  } finally {
    terminal.close();
  }
}
