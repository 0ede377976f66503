import { allCapabilities, defaultCapabilities } from '@shimwright/containers';

/** What is left of the default after `--cap-drop`, with what `--cap-add` adds; `ALL` stands for all. */
export function capabilities(added: readonly string[], dropped: readonly string[]): string[] {
  const [adds, drops] = [added.map(fullName), dropped.map(fullName)];
  const begin = adds.includes('CAP_ALL') ? allCapabilities : defaultCapabilities;
  const kept = drops.includes('CAP_ALL') ? [] : begin.filter((name) => !drops.includes(name));
  return [...new Set([...kept, ...adds.filter((name) => name !== 'CAP_ALL')])];
}

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
