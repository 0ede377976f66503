import type { ProcessIdentity } from '@shimwright/linux-native';
import type { KeptIO } from './kept-io.ts';
import type { KeptTarget } from './output-target.ts';

/** The parts of several targets in one, each under the name of its target: `stdout.log`, for example. */
export function joinTargets(targets: Readonly<Record<string, KeptTarget>>): KeptIO {
  const descriptors: Record<string, number> = {};
  const copiers: Record<string, ProcessIdentity> = {};
  for (const [target, kept] of Object.entries(targets)) {
    for (const [name, fd] of Object.entries(kept.descriptors)) descriptors[`${target}.${name}`] = fd;
    if (kept.copier) copiers[target] = kept.copier;
  }
  return { descriptors, copiers };
}

/** The parts of one target. */
export function partOf({ descriptors, copiers }: KeptIO, target: string): KeptTarget {
  const prefix = `${target}.`;
  const own = Object.entries(descriptors).filter(([name]) => name.startsWith(prefix));
  return {
    descriptors: Object.fromEntries(own.map(([name, fd]) => [name.slice(prefix.length), fd])),
    copier: copiers[target],
  };
}
