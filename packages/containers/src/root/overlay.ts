import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { mountInBackground, overlayOptions, unmountInBackground } from '@shimwright/linux-native';
import type { RootfsMount } from '../task.ts';

/** An overlay of a layer that can be written, over one that is not changed. */
export function overlayMount(lower: string, layer: string): RootfsMount {
  const [upper, work] = [path.join(layer, 'upper'), path.join(layer, 'work')];
  return { type: 'overlay', source: 'overlay', options: overlayOptions({ lower, upper, work }) };
}

const answers = new Map<string, Promise<boolean>>();

/** Whether overlays work whose layers are below a directory. It is tried once in a process. */
export function hasOverlay(directory: string): Promise<boolean> {
  let answer = answers.get(directory);
  if (!answer) {
    answer = tryOverlay(directory);
    answers.set(directory, answer);
  }
  return answer;
}

async function tryOverlay(directory: string): Promise<boolean> {
  const trial = await mkdtemp(path.join(directory, '.overlay-'));
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(path.join(trial, name));
    const target = path.join(trial, 'merged');
    await mountInBackground({ ...overlayMount(path.join(trial, 'lower'), trial), target });
    await unmountInBackground(target);
    return true;
  } catch {
    return false; // the kernel lacks it, or the file system below cannot carry one
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
