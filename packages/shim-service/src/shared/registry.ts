import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { AddSharedShimRequest } from '@shimwright/shim-api';
import {
  type RegisteredBundle as AnyRegisteredBundle,
  type RegisteredProcess as AnyRegisteredProcess,
  BundleRegister,
  readRegister,
  sharedFiles,
} from '@shimwright/shim-host';
import type { ProcessRecord } from '@shimwright/task-core';

/** A process as it is registered: as it was noted, and when it began; that is empty while it is not made. */
export interface RegisteredProcess extends ProcessRecord, AnyRegisteredProcess {}

/** All that is registered of a bundle. */
export type RegisteredBundle = AnyRegisteredBundle<RegisteredProcess>;

const SUFFIX = '.register';

/**
 * What a shared process would have to be told anew after its death: a register for each bundle, in a directory beside
 * its control socket. The files of a bundle have names that begin with its key.
 */
export class Registry {
  /** Where the files are; only its owner can enter. */
  readonly directory: string;

  constructor(controlSocket: string) {
    this.directory = sharedFiles(controlSocket).registry;
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
  }

  /** What is registered; what cannot be read is passed over. */
  bundles(): RegisteredBundle[] {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(SUFFIX))
      .flatMap((name) => {
        const content = readFileSync(path.join(this.directory, name), 'utf8');
        return readRegister(content, isRegisteredProcess) ?? [];
      });
  }

  /** The register of a bundle, which is not written yet. */
  register(shim: AddSharedShimRequest): BundleRegister<RegisteredProcess> {
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

function isRegisteredProcess(process: AnyRegisteredProcess): process is RegisteredProcess {
  const { stdio }: { readonly stdio?: unknown } = process as Partial<RegisteredProcess>;
  return typeof stdio === 'object' && stdio !== null;
}
