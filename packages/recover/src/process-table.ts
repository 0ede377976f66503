import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { identify, type ProcessIdentity } from '@shimwright/shim-client';

/** A process that has to do with a bundle. */
interface BundleProcess extends ProcessIdentity {
  /** `shim`: it serves the bundle. `runtime`: an OCI runtime that a shim has started for it. */
  readonly role: 'shim' | 'runtime';
}

/** What there is beside the processes of containers, by the names of the directories of their bundles. */
export interface ProcessTable {
  readonly byBundle: ReadonlyMap<string, readonly BundleProcess[]>;
  /** Those that publish an event for this manager just now. */
  readonly publishers: readonly ProcessIdentity[];
}

// What a shim has an OCI runtime do with a container.
const RUNTIME_CALLS = [
  'create',
  'restore',
  'start',
  'exec',
  'kill',
  'delete',
  'pause',
  'resume',
  'update',
  'checkpoint',
];

/** How many processes are looked at before others get a turn. */
const AT_ONCE = 64;

/**
 * Looks once at all processes of the machine.
 *
 * @param root the directory of the bundles, by whatever paths it is known.
 */
export async function readProcessTable(
  root: readonly string[],
  daemonAddress: string,
): Promise<ProcessTable> {
  const byBundle = new Map<string, BundleProcess[]>();
  const publishers: ProcessIdentity[] = [];
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  for (const [index, pid] of pids.entries()) {
    if (index % AT_ONCE === 0) await nextTurn();
    const seen = look(pid, root, daemonAddress);
    const identity = seen && identify(pid);
    if (!identity) continue;
    if (seen.role === 'publisher') publishers.push(identity);
    else byBundle.set(seen.bundle, [...(byBundle.get(seen.bundle) ?? []), { ...identity, role: seen.role }]);
  }
  return { byBundle, publishers };
}

type Seen = { readonly role: 'publisher' } | { readonly role: 'shim' | 'runtime'; readonly bundle: string };

function look(pid: number, root: readonly string[], daemonAddress: string): Seen | undefined {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (args.includes('publish') && args.includes(daemonAddress)) return { role: 'publisher' };
    if (args.includes('-namespace')) {
      const bundle = nameBelow(root, readlinkSync(`/proc/${pid}/cwd`));
      return bundle === undefined ? undefined : { role: 'shim', bundle };
    }
    if (!RUNTIME_CALLS.some((call) => args.includes(call))) return undefined;
    const bundle = args.map((arg) => nameBelow(root, arg.replace(/^--[a-z-]+=/, ''))).find(Boolean);
    return bundle === undefined ? undefined : { role: 'runtime', bundle };
  } catch {
    return undefined; // gone, or none of ours to look at
  }
}

/** The first name of a path below the root. */
function nameBelow(root: readonly string[], file: string): string | undefined {
  const parent = root.find((name) => file.startsWith(`${name}/`));
  return parent && file.slice(parent.length + 1).split(path.sep)[0];
}

/** The parent of a process; undefined when it is gone. */
export function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
  } catch {
    return undefined;
  }
}
