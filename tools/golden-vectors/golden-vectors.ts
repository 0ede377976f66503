import { execa } from 'execa';
import { buildGo } from '../go.ts';

/**
 * What containerd's own code answers now, for one of our packages: the content of its
 * `test/golden-vectors.json`. To write that anew:
 *
 *     node tools/golden-vectors/golden-vectors.ts shim-address > packages/shim-address/test/golden-vectors.json
 */
export async function goldenVectors(packageName: 'shim-address' | 'bundle-core'): Promise<unknown> {
  const { stdout } = await execa(await buildGo(import.meta.dirname), [packageName]);
  return JSON.parse(stdout);
}

if (import.meta.main) {
  const [packageName] = process.argv.slice(2);
  console.log(JSON.stringify(await goldenVectors(packageName as 'shim-address'), null, 2));
}
