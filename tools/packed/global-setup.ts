import type { TestProject } from 'vitest/node';
import { packedPackages } from './packed-packages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the packages are installed, and the tarballs they came from, by folder. */
    readonly packed: { readonly project: string; readonly tarballs: Readonly<Record<string, string>> };
  }
}

/** Packs and installs the packages once, for all test files that look at what users get. */
export default async function setup(project: TestProject): Promise<() => PromiseLike<void>> {
  const packed = await packedPackages();
  project.provide('packed', { project: packed.project, tarballs: packed.tarballs });
  return () => packed[Symbol.asyncDispose]();
}
