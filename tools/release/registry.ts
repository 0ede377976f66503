import { on } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { ROOT } from '../packed/workspace-packages.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';

/** Variables of the environment; those that are undefined are taken away. */
export type NpmSettings = Readonly<Record<string, string | undefined>>;

/** A registry of our own, for packages of the scope `@shimwright` alone. */
export interface Registry extends AsyncDisposable {
  readonly port: number;
  /**
   * Settings with which npm and pnpm publish to it and install from it, in the place of all that this process was
   * given; packages of others come from where they always do.
   */
  readonly env: NpmSettings;
  /** Throws unless npm and pnpm, with these settings, use it in a directory. To be asked before anything is published. */
  mustBeUsedIn(directory: string): Promise<void>;
  /** What was published to it, each as `name@version`. */
  published(): Promise<string[]>;
  /** Resolves once it has answered a request as its log says it, such as `PUT /@shimwright%2fttrpc 201`. */
  answered(answer: RegExp): Promise<void>;
  /** Ends it at once; its storage stays, for another on the same port. */
  kill(): Promise<void>;
}

/**
 * Starts Verdaccio on the loopback interface, and waits until it answers.
 *
 * @param directory for its storage and settings: empty, or what another left.
 */
export async function startRegistry(directory: string, port?: number): Promise<Registry> {
  const chosen = port ?? (await freePort());
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const config = path.join(directory, 'config.yaml');
  await writeFile(config, JSON.stringify(configuration(directory, chosen))); // JSON is YAML
  const program = path.join(ROOT, 'node_modules/verdaccio/bin/verdaccio');
  const verdaccio = execa(process.execPath, ['--no-warnings', program, '--config', config], {
    ipc: true,
    reject: false,
    all: true,
    env: { NODE_OPTIONS: '' },
  });
  await Promise.race([
    verdaccio.getOneMessage(),
    verdaccio.then(({ all }) => Promise.reject(new Error(`Verdaccio did not start: ${all}`))),
  ]);
  const lines = createInterface({ input: verdaccio.stdout });
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    verdaccio.kill(signal);
    await verdaccio;
  };
  const env = { ...withoutSettings(), NPM_CONFIG_USERCONFIG: await userConfig(directory, chosen) };
  return {
    port: chosen,
    env,
    mustBeUsedIn: (place) => mustUse(place, `http://127.0.0.1:${chosen}/`, env),
    published: () => publishedIn(path.join(directory, 'storage/@shimwright')),
    answered: async (answer) => {
      for await (const [line] of on(lines, 'line', { close: ['close'] })) {
        if (answer.test(requestOf(line))) return;
      }
      throw new Error(`the registry ended before ${answer}`);
    },
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

function configuration(directory: string, port: number): object {
  return {
    listen: `127.0.0.1:${port}`,
    storage: path.join(directory, 'storage'),
    auth: { htpasswd: { file: path.join(directory, 'htpasswd') } },
    uplinks: {},
    packages: { '@shimwright/*': { access: '$all', publish: '$authenticated' } },
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'http' },
  };
}

/** `METHOD URL STATUS` of a line of its log that tells of an answer. */
function requestOf(line: string): string {
  const { request, status } = JSON.parse(line);
  return request === undefined ? '' : `${request.method} ${request.url} ${status}`;
}

/**
 * Whatever runs this with npx or pnpm hands its own settings on, among them the user's file; a child that took them
 * for its own would publish to the real registry.
 */
function withoutSettings(): NpmSettings {
  const names = Object.keys(process.env).filter((name) => /^p?npm_config_/i.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

async function mustUse(cwd: string, url: string, env: NpmSettings): Promise<void> {
  const settings = { cwd, env: { ...(await pnpmEnvironment()), ...env } };
  for (const program of ['npm', 'pnpm']) {
    const { stdout } = await execa(program, ['config', 'get', '@shimwright:registry'], settings);
    if (stdout !== url) throw new Error(`${program} in ${cwd} would not use ${url} but ${stdout}`);
  }
}

/** Settings in place of the user's own, in which only the machine's usual registry stays. */
async function userConfig(directory: string, port: number): Promise<string> {
  const { stdout: usual } = await execa('npm', ['config', 'get', 'registry']);
  const file = path.join(directory, 'npmrc');
  const host = `//127.0.0.1:${port}/`;
  const settings = [
    `registry=${usual}`,
    `@shimwright:registry=http:${host}`,
    `${host}:_authToken=${await tokenOf(port)}`,
    'update-notifier=false',
    'audit=false',
    'fund=false',
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  await chmod(file, 0o600);
  return file;
}

/** Makes a user, or logs in as the one that is there; anonymous publishing is more than real registries allow. */
async function tokenOf(port: number): Promise<string> {
  const user = { name: 'releaser', password: 'rehearsal' };
  const response = await fetch(`http://127.0.0.1:${port}/-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`,
    },
    body: JSON.stringify(user),
  });
  const { token, error } = (await response.json()) as { readonly token?: string; readonly error?: string };
  if (token === undefined) throw new Error(`The registry gives no token: ${error}`);
  return token;
}

async function publishedIn(storage: string): Promise<string[]> {
  const folders = await readdir(storage).catch(() => []); // nothing yet
  const all = folders.map(async (folder) => {
    const { versions } = JSON.parse(await readFile(path.join(storage, folder, 'package.json'), 'utf8'));
    return Object.keys(versions).map((version) => `@shimwright/${folder}@${version}`);
  });
  return (await Promise.all(all)).flat().toSorted();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  const { promise, resolve } = Promise.withResolvers<void>();
  server.once('listening', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP port');
  await server[Symbol.asyncDispose]();
  return address.port;
}
