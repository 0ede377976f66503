// Makes and deletes bundles through our package: `bundle-ours.ts BASE SPEC`, see turns.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newBundle, newBundleSync } from '@shimwright/bundle-core';
import { contend } from './turns.ts';

const AT_ONCE = 64;

const [base = '', specFile = ''] = process.argv.slice(2);
const spec = readFileSync(specFile);
const roots = { path: path.join(base, 'state'), workDir: path.join(base, 'root') };

async function makeAndDelete(id: string): Promise<void> {
  const bundle = await newBundle({ id, ...roots, spec });
  await bundle.delete();
}

await contend({
  sync: (count) => {
    for (let index = 0; index < count; index++)
      newBundleSync({ id: `node-${index}`, ...roots, spec }).deleteSync();
  },
  promise: async (count) => {
    for (let index = 0; index < count; index++) await makeAndDelete(`node-${index}`);
  },
  'at-once': async (count) => {
    let next = 0;
    const worker = async () => {
      while (next < count) await makeAndDelete(`node-${next++}`);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  },
});
