// A config file that is always whole. It is replaced 500 times while somebody reads it as fast as possible: each time
// the reader finds the old version or the new one, never half of it. A crash or a full disk would leave the old one.
import { mkdtemp, readFile } from 'node:fs/promises';
import { atomicDelete, atomicWriteFile } from '@shimwright/fs-atomic';

const home = await mkdtemp('/tmp/config-');
const file = `${home}/config.json`;
const routes = Array.from({ length: 2_000 }, (_, index) => `/route/${index}`);
const save = (version: number) =>
  atomicWriteFile(file, JSON.stringify({ version, routes }), { mode: 0o600, fsync: false }); // a power failure is not shown here
const load = async (): Promise<{ version: number; routes: string[] }> =>
  JSON.parse(await readFile(file, 'utf8'));

await save(0);
const writing = (async () => {
  for (let version = 1; version <= 500; version++) await save(version);
})();

let reads = 0;
for (let last = 0; last < 500; reads++) {
  const config = await load();
  if (config.version < last || config.routes.length !== routes.length) throw new Error('half a file');
  last = config.version;
}
await writing;
console.log(`500 versions written, read ${reads} times, whole each time`);
await atomicDelete(home);
