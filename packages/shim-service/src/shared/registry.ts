import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { AddSharedShimRequest } from '@shimwright/shim-api';
import { BundleRegister, type RegisteredBundle, readRegister } from './bundle-register.ts';

const SUFFIX = '.register';

/**
 * What a shared process would have to be told anew after its death: a register for each bundle, in a directory beside
 * its control socket. The files of a bundle have names that begin with its key.
 */
export class Registry {
  /** Where the files are; only its owner can enter. */
  readonly directory: string;

  constructor(controlSocket: string) {
    this.directory = `${controlSocket}.d`;
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
  }

  /** What is registered; what cannot be read is passed over. */
  bundles(): RegisteredBundle[] {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(SUFFIX))
      .flatMap((name) => readRegister(readFileSync(path.join(this.directory, name), 'utf8')) ?? []);
  }

  /** The register of a bundle, which is not written yet. */
  register(shim: AddSharedShimRequest): BundleRegister {
    return new BundleRegister(path.join(this.directory, `${keyOf(shim.path)}${SUFFIX}`), shim);
  }

  /** Removes the directory, unless something is registered. */
  close(): void {
    try {
      rmdirSync(this.directory);
    } catch {
      // something is
    }
  }
}

/** What begins the names of a bundle's files. */
export function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
