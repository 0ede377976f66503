import { imageReference, imageStore } from '@shimwright/containers';
import { Command } from 'commander';
import { CliError, FAILED } from '../errors.ts';
import { print, printJson } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';
import { PullLine } from '../progress.ts';
import { abortOnSignal } from '../terminal.ts';

interface PullFlags {
  readonly platform?: string;
  readonly creds?: string;
  readonly authfile?: string;
  readonly tlsVerify?: string;
  readonly quiet?: boolean;
}

export function pullCommand(): Command {
  return new Command('pull')
    .summary('get an image')
    .description('Get an image from a registry, or from a file.')
    .argument(
      '<image>',
      'a name such as alpine:3.22, or the path of an archive or layout, beginning with ./ or /',
    )
    .option('--platform <os/arch>', 'such as linux/arm64')
    .option('--creds <user:password>', 'who asks; better in a file, as others can see command lines')
    .option('--authfile <file>', 'a file with credentials')
    .option('--tls-verify <true|false>', 'false takes HTTP, and certificates of anybody')
    .option('-q, --quiet', 'tell nothing of how far it is')
    .action(pull);
}

async function pull(image: string, flags: PullFlags, command: Command): Promise<void> {
  const store = await imageStore(placeOf(command));
  using ended = abortOnSignal();
  using progress = new PullLine(image, flags.quiet ?? false);
  const pulled = await store.pull(await imageReference(image), {
    when: 'always',
    ...(flags.platform !== undefined && { platform: flags.platform }),
    ...(flags.creds !== undefined && { credentials: credentialsOf(flags.creds) }),
    ...(flags.authfile !== undefined && { authFile: flags.authfile }),
    insecure: flags.tlsVerify === 'false',
    onProgress: progress.report,
    signal: ended.signal,
  });
  const { name, digest, platform, bytes } = pulled;
  progress[Symbol.dispose]();
  await (wantsJson(command) ? printJson({ name, digest, platform, bytes }) : print(name));
}

function credentialsOf(text: string): { readonly username: string; readonly password: string } {
  const [username = '', password] = text.split(/:(.*)/s);
  if (username === '' || password === undefined) throw new CliError('--creds must be USER:PASSWORD', FAILED);
  return { username, password };
}
