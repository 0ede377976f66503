// Deletes a tree while others write to it. `rm -rf` fails then, with ENOTEMPTY, and leaves half of the tree behind;
// `atomicDelete` takes the whole tree away in one step, so the writers find it there or gone, and can begin a new one at once.
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { atomicDelete, sweep } from '@shimwright/fs-atomic';

const home = await mkdtemp('/tmp/cache-');
const cache = `${home}/cache`;
await mkdir(cache);

/** Writes files until there is no place for them any more. */
async function write(name: string): Promise<string> {
  for (let count = 0; ; count++) {
    try {
      await mkdir(`${cache}/${name}-${count}`);
      await writeFile(`${cache}/${name}-${count}/file`, 'content');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unknown';
    }
  }
}

const writers = ['a', 'b', 'c', 'd'].map(write);
while ((await readdir(cache)).length < 1_000);

await atomicDelete(cache);
console.log('writers ended with', (await Promise.all(writers)).join(' '));
console.log('left in the directory:', (await readdir(home)).length);

// What was killed in the midst of a delete left a hidden rest, which this would remove.
console.log('left of interrupted deletes:', (await sweep(home)).length);
await atomicDelete(home);
