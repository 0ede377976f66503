import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { isShortage, makeDirectoriesSync } from '@shimwright/linux-native';
import type { AddSharedShimRequest } from '@shimwright/shim-api';
import {
  type RegisteredProcess as AnyRegisteredProcess,
  BundleRegister,
  readRegister,
  sharedFiles,
} from '@shimwright/shim-host';
import { ownVersion } from '../own-version.ts';
import { inFormatOfToday } from './older-register.ts';
import type { RegisteredBundle, RegisteredProcess } from './registered-process.ts';

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
    makeDirectoriesSync(this.directory, 0o700, 0o700);
  }

  /** What is registered; what cannot be read is passed over. */
  bundles(): RegisteredBundle[] {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(SUFFIX))
      .flatMap((name) => read(path.join(this.directory, name)) ?? []);
  }

  /** What is registered of one bundle; undefined where nothing is. */
  bundle(bundlePath: string): RegisteredBundle | undefined {
    const file = this.#fileOf(bundlePath);
    return existsSync(file) ? read(file) : undefined;
  }

  /** The register of a bundle, which is not written yet. */
  register(shim: AddSharedShimRequest): BundleRegister<RegisteredProcess> {
    return new BundleRegister(this.#fileOf(shim.path), shim, ownVersion());
  }

  /** Removes the directory, unless something is registered. */
  close(): void {
    try {
      rmdirSync(this.directory);
    } catch {
      // something is
    }
  }

  #fileOf(bundlePath: string): string {
    return path.join(this.directory, `${keyOf(bundlePath)}${SUFFIX}`);
  }
}

function read(file: string): RegisteredBundle | undefined {
  try {
    const bundle = readRegister(readFileSync(file, 'utf8'), registeredProcess);
    return bundle && inFormatOfToday(bundle);
  } catch (error) {
    // What it has would be given up by a process that will be able to read it soon.
    if (isShortage(error)) throw error;
    return undefined; // gone, or on a disk that fails: that bundle's loss alone
  }
}

/** What begins the names of a bundle's files. */
export function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** What a line of a register tells of a process; undefined where it tells too little to go on with it. */
function registeredProcess(process: AnyRegisteredProcess): RegisteredProcess | undefined {
  const { stdio }: { readonly stdio?: unknown } = process as Partial<RegisteredProcess>;
  return typeof stdio === 'object' && stdio !== null ? (process as RegisteredProcess) : undefined;
}
