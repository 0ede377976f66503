import { doctor } from '@shimwright/containers';
import { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('tell what this machine has and lacks')
    .description(
      'Tell what this machine has and lacks for containers. The status is 1 where no container can run.',
    )
    .action(tell);
}

async function tell(_: object, command: Command): Promise<void> {
  const findings = await doctor(placeOf(command));
  if (findings.some(({ ok, required }) => required && !ok)) process.exitCode = 1;
  if (wantsJson(command)) return printJson(findings);
  for (const { name, ok, required, found, advice } of findings) {
    const mark = ok ? 'ok' : required ? 'missing' : 'lacks';
    await print(
      `${mark.padEnd(8)} ${name.padEnd(10)} ${found}${advice === undefined ? '' : `\n${' '.repeat(20)}→ ${advice}`}`,
    );
  }
}
