import { parseArgs } from 'node:util';
import { ReleaseError } from './release-error.ts';

/** What somebody who starts a release asks for. */
export interface ReleaseArguments {
  /** Show what would be done, and do nothing. */
  readonly isDryRun: boolean;
  /** Do not ask. */
  readonly isAgreed: boolean;
  /** What is not an option. */
  readonly rest: readonly string[];
}

/**
 * Reads `--dry-run` and `--yes`.
 *
 * @param usage how the command is called, for the error.
 * @param mostArguments how many arguments that are no options it takes.
 * @throws {ReleaseError} `ERR_RELEASE_ARGUMENT` for anything else, before anything is done.
 */
export function releaseArguments(
  args: readonly string[],
  usage: string,
  mostArguments: number,
): ReleaseArguments {
  const refusal = (reason: string) =>
    new ReleaseError('ERR_RELEASE_ARGUMENT', `${reason} Nothing was done. Usage: ${usage}`);
  const options = { 'dry-run': { type: 'boolean' }, yes: { type: 'boolean', short: 'y' } } as const;
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(options, token.name)) throw refusal(`There is no option ${token.rawName}.`);
    if (token.value !== undefined) throw refusal(`${token.rawName} takes no value.`);
  }
  const extra = positionals[mostArguments];
  if (extra !== undefined) throw refusal(`There is an argument too many: ${extra}.`);
  return { isDryRun: values['dry-run'] === true, isAgreed: values.yes === true, rest: positionals };
}
