import { expect, test } from 'vitest';
import { undefinedTerms } from './glossary.ts';

test.each([
  ['A _shim_ is the process that stays with a container.'],
  ['It is what _containerd_, the program below Docker, does.'],
  ['_runc_ and _crun_ are the programs that start containers.'],
  ['Programs such as runc start a container from a _bundle_: a directory with a file.'],
  ['Each has a helper process, its _shim_.'],
])('a term is explained beside it: %s', (text) => {
  expect(undefinedTerms(text)).toEqual([]);
});

test.each([
  ['Starts a shim.', ['shim']],
  ['A _shim_ for you.', ['shim']],
  ['The shims of containerd.', ['containerd', 'shim']],
  ['Any program can use it; an Any cannot.', ['Any']],
  ['It reads CGROUPS.', ['cgroup']],
])('a term that is not explained is found: %s', (text, terms) => {
  expect(undefinedTerms(text)).toEqual(terms);
});

test('the name of a package is no term', () => {
  expect(undefinedTerms('See [`@shimwright/shim-client`](https://example.org/shim).')).toEqual([]);
});
