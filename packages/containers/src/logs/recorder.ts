import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Spec } from '@shimwright/bundle-core';
import { watchPath } from '@shimwright/linux-native';
import { PIPES } from '../pipes.ts';
import { recordOf } from '../record.ts';
import { type Lock, tryLock } from './lock.ts';
import { type LogFiles, logFiles } from './log-files.ts';
import { record } from './record.ts';

/** Where the recorder of one place works. */
export interface RecorderPlace {
  readonly bundles: string;
  readonly work: string;
  /** How long it stays when there is nothing to record. */
  readonly idleMs: number;
}

/** The file whose lock the recorder holds, so that there is one. */
export function recorderLock({ bundles }: Pick<RecorderPlace, 'bundles'>): string {
  return path.join(bundles, '.recorder');
}

/** How often it looks for containers whose writer was killed. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Records the output of all containers of a place until there is none left. Resolves at once where somebody else does so.
 */
export async function recordAll(place: RecorderPlace): Promise<void> {
  for (;;) {
    const lock = tryLock(recorderLock(place), true);
    if (!lock) return;
    await new Recorder(place).untilIdle();
    lock.release();
    // Whoever found the lock taken relies on us, so the last look comes after it is given back.
    if (waiting(place).length === 0) return;
  }
}

/** The ids of the containers whose output is to be recorded. */
function waiting(place: RecorderPlace): string[] {
  return readdirSync(place.bundles).filter(
    (id) => !id.startsWith('.') && existsSync(filesOf(place, id).recording),
  );
}

class Recorder {
  readonly #place: RecorderPlace;
  readonly #busy = new Set<string>();
  #wake = () => {};

  constructor(place: RecorderPlace) {
    this.#place = place;
  }

  async untilIdle(): Promise<void> {
    const watcher = watchPath(this.#place.bundles, () => this.#wake());
    let idleSince = performance.now();
    for (;;) {
      for (const id of waiting(this.#place)) this.#take(id);
      if (this.#busy.size > 0 || waiting(this.#place).length > 0) idleSince = performance.now();
      else if (performance.now() - idleSince >= this.#place.idleMs) break;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      await promise;
      clearTimeout(timer);
    }
    watcher.close();
  }

  #take(id: string): void {
    if (this.#busy.has(id)) return;
    const lock = tryLock(filesOf(this.#place, id).recording, false);
    if (!lock) return; // somebody else writes it
    this.#busy.add(id);
    void this.#record(id, lock).then((isRecorded) => {
      this.#busy.delete(id);
      if (isRecorded) this.#wake(); // one that cannot be recorded is tried again at the next look
    });
  }

  /** Whether it was recorded to its end. It never rejects: what concerns one container holds up no other. */
  async #record(id: string, lock: Lock): Promise<boolean> {
    try {
      const bundle = path.join(this.#place.bundles, id);
      const spec: Spec = JSON.parse(await readFile(path.join(bundle, 'config.json'), 'utf8'));
      const at = (name: string) => path.join(bundle, PIPES, name);
      const stdio = { stdin: '', stdout: at('stdout'), stderr: spec.process?.terminal ? '' : at('stderr') };
      await record(stdio, filesOf(this.#place, id), recordOf(spec).maxLogBytes);
      return true;
    } catch {
      return false; // the container is gone, with its pipes, or they cannot be opened
    } finally {
      lock.release();
    }
  }
}

function filesOf({ bundles, work }: RecorderPlace, id: string): LogFiles {
  return logFiles({ path: path.join(bundles, id), workDir: path.join(work, id) });
}
