import { readFileSync } from 'node:fs';
import { fileIdentity } from './file-identity.ts';

/** A file in which a runtime reports the id of the process it made. */
export class PidFile {
  /** Where it is. */
  readonly path: string;
  readonly #before: string;

  /** Remembers what is there already: a process id from an earlier call must not be taken for this one's. */
  constructor(path: string) {
    this.path = path;
    this.#before = fileIdentity(path);
  }

  /** The process id, once the runtime has written it. */
  read(): number | undefined {
    const now = fileIdentity(this.path); // runtimes rename a new file to the place, or write to the one that is there
    if (now === '' || now === this.#before) return undefined;
    const pid = Number(readIfThere(this.path));
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
