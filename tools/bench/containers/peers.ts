// The other side of the benchmark of containers: `runc BASE`, `podman PROGRAM BASE`, or `docker SOCKET`.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { contend } from '../turns.ts';

const [kind = '', ...args] = process.argv.slice(2);
const runs: Readonly<Record<string, () => Promise<unknown>>> = { runc, podman, docker };
const once = runs[kind];
if (!once) throw new Error(`there is no ${kind}`);

await contend({
  run: async (count) => {
    for (let done = 0; done < count; done += 1) await once();
  },
  'run-at-once': async (count) => {
    await Promise.all(Array.from({ length: count }, once));
  },
});

/** What the runtime alone takes, for a bundle that is there. */
function runc() {
  const [bundle = '', root = ''] = args;
  return execa('runc', [
    '--root',
    root,
    'run',
    '--bundle',
    bundle,
    `bench-${randomBytes(6).toString('hex')}`,
  ]);
}

function podman() {
  const [program = '', ...options] = args;
  return execa(program, [
    ...options,
    'run',
    '--rm',
    '--network',
    'none',
    'localhost/bench:latest',
    '/bin/true',
  ]);
}

/** The calls that dockerode makes for its `run`. */
async function docker() {
  const { Id } = await call('POST', '/containers/create', {
    Image: 'localhost/bench:latest',
    Cmd: ['/bin/true'],
    HostConfig: { NetworkMode: 'none' },
  });
  await call('POST', `/containers/${Id}/start`);
  await call('POST', `/containers/${Id}/wait`);
  await call('DELETE', `/containers/${Id}`);
}

async function call(method: string, path: string, body?: object): Promise<{ readonly Id: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly Id: string }>();
  const headers = { 'content-type': 'application/json' };
  const sent = request({ socketPath: args[0], method, path: `/v1.41${path}`, headers }, async (response) => {
    const answer = await text(response);
    if ((response.statusCode ?? 500) >= 400) reject(new Error(answer));
    else resolve(answer === '' ? { Id: '' } : JSON.parse(answer));
  });
  sent.on('error', reject);
  sent.end(body && JSON.stringify(body));
  return promise;
}
