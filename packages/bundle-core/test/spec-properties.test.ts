import { loadSpec, newBundle, parseSpec, type Spec, stringifySpec } from '@shimwright/bundle-core';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { wholeSpec } from './fixtures/spec-properties.ts';

// That the types have the properties of the table, all of them and no others, is for the compiler to say.

test('a spec with all that 1.3 has survives a bundle, with each of its 64-bit numbers', async () => {
  const base = await tempDir();
  const spec: Spec = wholeSpec();
  const text = stringifySpec(spec);
  const bundle = await newBundle({ id: 'web', path: `${base}/state`, workDir: `${base}/work`, spec });
  expect(await loadSpec(bundle)).toEqual(spec);
  expect(stringifySpec(parseSpec(text))).toBe(text);
  expect(text.match(/18446744073709551615/g)).toHaveLength(36);
});
