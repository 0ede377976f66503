// A web server in a container with a network of its own, reached from this machine. Networks are made by others: here by the plugins of
// CNI (Debian: `apt-get install containernetworking-plugins iproute2`), which give a namespace an address on a bridge. Run as root.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { start } from '@shimwright/containers';

const [rootfs = '', plugins = '/usr/lib/cni'] = process.argv.slice(2);
const call = promisify(execFile);
const name = `web-${process.pid}`;
const bridge = `web${process.pid}`.slice(0, 15);
const home = await mkdtemp('/run/web-server-');

const ipam = { type: 'host-local', dataDir: `${home}/addresses`, ranges: [[{ subnet: '10.213.7.0/24' }]] };
const network = { cniVersion: '0.4.0', name, type: 'bridge', bridge, isGateway: true, ipam };

/** Asks the plugin to add the namespace to the bridge, or to take it away again. */
async function cni(command: 'ADD' | 'DEL'): Promise<string> {
  const namespace = { CNI_NETNS: `/run/netns/${name}`, CNI_IFNAME: 'eth0', CNI_PATH: plugins };
  const env = { ...process.env, ...namespace, CNI_COMMAND: command, CNI_CONTAINERID: name };
  const plugin = call(path.join(plugins, 'bridge'), { env });
  plugin.child.stdin?.end(JSON.stringify(network));
  return (await plugin).stdout;
}

await using undo = new AsyncDisposableStack();
undo.defer(() => rm(home, { recursive: true }));
await call('ip', ['netns', 'add', name]);
undo.defer(async () => void (await call('ip', ['netns', 'delete', name])));
undo.defer(async () => void (await call('ip', ['link', 'delete', bridge])));
const added = JSON.parse(await cni('ADD'));
undo.defer(async () => void (await cni('DEL')));
const address = String(added.ips[0].address).split('/')[0];

await writeFile(`${home}/index.html`, 'hello from a container\n');
const server = await start({
  rootfs,
  args: ['httpd', '-f', '-p', '80', '-h', '/www'],
  mounts: [{ type: 'bind', source: home, target: '/www', readonly: true }],
  network: `/run/netns/${name}`,
});
undo.use(server);

for (let tries = 0; tries < 100; tries += 1) {
  const page = await fetch(`http://${address}/`).catch(() => undefined); // it may not listen yet
  if (page) {
    console.log((await page.text()).trim()); //=> hello from a container
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
