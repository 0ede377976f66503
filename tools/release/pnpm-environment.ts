import { execa } from 'execa';

/** Settings with which programs find pnpm. */
export interface PnpmEnvironment {
  readonly PATH: string;
}

/** Where the pnpm of the README's commands is, which nobody has to have installed. */
export function pnpmEnvironment(): Promise<PnpmEnvironment> {
  found ??= find();
  return found;
}

let found: Promise<PnpmEnvironment> | undefined;

async function find(): Promise<PnpmEnvironment> {
  const command = 'dirname "$(command -v pnpm)"';
  const { stdout } = await execa('npx', ['--yes', '--package', 'pnpm@12', '--call', command]);
  return { PATH: `${stdout}:${process.env['PATH']}` };
}
