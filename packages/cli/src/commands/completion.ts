import { imageStore, list } from '@shimwright/containers';
import { Argument, Command } from 'commander';
import { print } from '../output.ts';
import { placeOf } from '../place.ts';

// Each shell asks this program what can come next, so that there is one list, which is that of the options themselves.
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_shimwright() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(shimwright __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _shimwright shimwright`,
  zsh: `#compdef shimwright
_shimwright() {
  local -a found
  found=("\${(@f)$(shimwright __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found || _files
}
compdef _shimwright shimwright`,
  fish: `function __shimwright
  set -l words (commandline -opc) (commandline -ct)
  shimwright __complete -- $words[2..-1] 2>/dev/null
end
complete -c shimwright -a '(__shimwright)'`,
};

export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a script that completes command lines')
    .description('Print a script for a shell. For bash: source <(shimwright completion bash)')
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .action((shell: string) => print(SCRIPTS[shell] ?? ''));
}

/** What can stand in the place of the last word, a line each. */
export function completeCommand(program: Command): Command {
  return new Command('__complete')
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[], _: object, self: Command) => {
      const current = words.at(-1) ?? '';
      const found = await candidates(program, words.slice(0, -1), current, self);
      for (const word of found.filter((each) => each.startsWith(current))) await print(word);
    });
}

async function candidates(
  program: Command,
  before: readonly string[],
  current: string,
  self: Command,
): Promise<string[]> {
  const name = before.find((word) => !word.startsWith('-'));
  const command = program.commands.find(
    (each) => each.name() === name || each.aliases().includes(name ?? ''),
  );
  if (!command) {
    const names = program.commands.map((each) => each.name()).filter((each) => !each.startsWith('__'));
    return current.startsWith('-') ? flagsOf(program) : names;
  }
  if (current.startsWith('-')) return flagsOf(command);
  const choices = command.registeredArguments[0]?.argChoices;
  if (choices) return [...choices];
  // What it takes is told by the name of its first argument, so that a new command is completed without a word here.
  const takes = command.registeredArguments[0]?.name();
  const containers = async () => (await list(placeOf(self))).map(({ id }) => id);
  const images = async () => (await (await imageStore(placeOf(self))).list()).map(({ name: image }) => image);
  if (takes === 'container') return containers();
  if (takes === 'image') return images();
  if (takes === 'name') return [...(await containers()), ...(await images())];
  if (command.name() === 'cp') return (await containers()).map((id) => `${id}:`);
  return [];
}

function flagsOf(command: Command): string[] {
  return [...command.options.flatMap(({ short, long }) => [short, long]), '--help'].filter(
    (flag) => flag !== undefined,
  );
}
