import { writeFile } from 'node:fs/promises';
import type { Credentials } from './pull-options.ts';

/**
 * Writes credentials to a file as skopeo reads it, which only this user can read: a command line can be read by everybody. See
 * containers-auth.json(5).
 */
export async function writeAuthFile(file: string, registry: string, credentials: Credentials): Promise<void> {
  const auth =
    'identityToken' in credentials
      ? { auth: base64('<token>:'), identitytoken: credentials.identityToken }
      : { auth: base64(`${credentials.username}:${credentials.password}`) };
  await writeFile(file, JSON.stringify({ auths: { [registry]: auth } }), { mode: 0o600, flag: 'wx' });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
