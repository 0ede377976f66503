import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { identify, type ProcessIdentity } from '@shimwright/shim-host';
import type { Site } from './site.ts';

/** A process that has to do with a bundle. */
interface BundleProcess extends ProcessIdentity {
  /** `shim`: it serves the bundle. `runtime`: an OCI runtime that a shim has started for it. */
  readonly role: 'shim' | 'runtime';
}

/** What there is beside the processes of containers, by the names of the directories of their bundles. */
export interface ProcessTable {
  readonly byBundle: ReadonlyMap<string, readonly BundleProcess[]>;
  /** All that OCI runtimes were told which are at work just now, for whomsoever. */
  readonly runtimeArguments: ReadonlySet<string>;
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

/** Looks once at all processes of the machine. Shims show by the directories that they work in, one read by its real path. */
export async function readProcessTable(site: Site): Promise<ProcessTable> {
  const { roots } = site;
  const root = [roots.path, await realpath(roots.path).catch(() => roots.path)];
  const byBundle = new Map<string, BundleProcess[]>();
  const runtimeArguments = new Set<string>();
  const publishers: ProcessIdentity[] = [];
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  for (const [index, pid] of pids.entries()) {
    if (index % AT_ONCE === 0) await nextTurn();
    const seen = look(pid, root, site);
    const identity = seen && identify(pid);
    if (!identity) continue;
    if (seen.role === 'runtime') for (const argument of seen.args) runtimeArguments.add(argument);
    if (seen.role === 'publisher') publishers.push(identity);
    else if (seen.bundle !== undefined)
      byBundle.set(seen.bundle, [...(byBundle.get(seen.bundle) ?? []), { ...identity, role: seen.role }]);
  }
  return { byBundle, runtimeArguments, publishers };
}

interface Seen {
  readonly role: BundleProcess['role'] | 'publisher';
  readonly bundle?: string | undefined;
  readonly args: readonly string[];
}

function look(pid: number, root: readonly string[], { roots, daemonAddress }: Site): Seen | undefined {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (args.includes('publish') && args.includes(daemonAddress)) return { role: 'publisher', args };
    if (args.includes('-namespace')) {
      // The bundle that it works in may have been deleted.
      const byWork = nameBelow([roots.workDir], args[args.indexOf('-workdir') + 1] ?? '');
      return { role: 'shim', bundle: byWork ?? nameBelow(root, readlinkSync(`/proc/${pid}/cwd`)), args };
    }
    if (!RUNTIME_CALLS.some((call) => args.includes(call))) return undefined;
    const bundle = args.map((arg) => nameBelow(root, arg.replace(/^--[a-z-]+=/, ''))).find(Boolean);
    return { role: 'runtime', bundle, args };
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
