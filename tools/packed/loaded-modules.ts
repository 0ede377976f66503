import { execa } from 'execa';

const PRINT_LOADS = `data:text/javascript,
import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
process.once('exit', () => console.log(JSON.stringify(urls)));`;

/** The URLs of all modules that are loaded when a program in `directory` imports `specifier`, and nothing else. */
export async function loadedModules(specifier: string, directory: string): Promise<readonly string[]> {
  const program = `await import(${JSON.stringify(specifier)})`;
  const preload = PRINT_LOADS.replaceAll('\n', '');
  const args = ['--import', preload, '--input-type=module', '--eval', program];
  const { stdout } = await execa(process.execPath, args, { cwd: directory, env: { NODE_OPTIONS: '' } });
  return JSON.parse(stdout);
}
