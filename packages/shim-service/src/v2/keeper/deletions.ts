import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { makeDirectoriesSync } from '@shimwright/linux-native';
import { DeleteResponse } from '@shimwright/shim-api/task-v2';
import { keyOf } from '../../shared/registry.ts';
import { writeWhole } from '../../shared/write-whole.ts';

/** How many are remembered: more than there are calls at a time. */
const MAX_DELETIONS = 256;

/**
 * The answers to the last calls that deleted a process, each in a file. Whoever is killed after that and before its answer is sent
 * leaves nothing else by which another process could answer.
 */
export class Deletions {
  readonly #directory: string;
  readonly #log: (message: string) => void;
  readonly #names = new Set<string>();

  constructor(directory: string, log: (message: string) => void) {
    this.#directory = directory;
    this.#log = log;
    makeDirectoriesSync(directory, 0o700, 0o700);
    for (const name of readdirSync(directory)) this.#names.add(name);
  }

  /** Notes one that is about to be forgotten. */
  note(id: string, execId: string, answer: DeleteResponse): void {
    const name = nameOf(id, execId);
    try {
      writeWhole(path.join(this.#directory, name), DeleteResponse.encode(answer).finish());
      this.#names.delete(name); // it is the newest again
      this.#names.add(name);
      const [oldest] = this.#names;
      if (oldest === undefined || this.#names.size <= MAX_DELETIONS) return;
      this.#names.delete(oldest);
      unlinkSync(path.join(this.#directory, oldest));
    } catch (error) {
      this.#log(`cannot note what is deleted: ${String(error)}`);
    }
  }

  /** What was answered, or was to be; undefined where nothing is known. */
  of(id: string, execId: string): DeleteResponse | undefined {
    try {
      return DeleteResponse.decode(readFileSync(path.join(this.#directory, nameOf(id, execId))));
    } catch {
      return undefined;
    }
  }
}

function nameOf(id: string, execId: string): string {
  return keyOf(JSON.stringify([id, execId]));
}
