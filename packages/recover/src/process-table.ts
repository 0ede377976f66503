import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isShortage } from '@shimwright/linux-native';
import {
  identify,
  isTrustedProcess,
  type ProcessIdentity,
  runsProgram,
  workingDirectory,
} from '@shimwright/shim-host';
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

/**
 * Looks once at all processes of the machine. None is judged by what it was told alone, as anybody can tell a program
 * anything: each is of this user or root; a shim works in its bundle; an OCI runtime is the program that is one.
 */
export async function readProcessTable(site: Site): Promise<ProcessTable> {
  const { roots } = site;
  const rule = {
    root: [roots.path, await realpath(roots.path).catch(() => roots.path)],
    runtime: await runtimeProgram(site),
    daemonAddress: site.daemonAddress,
  };
  const byBundle = new Map<string, BundleProcess[]>();
  const runtimeArguments = new Set<string>();
  const publishers: ProcessIdentity[] = [];
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  for (const [index, pid] of pids.entries()) {
    if (index % AT_ONCE === 0) await nextTurn();
    const seen = look(pid, rule);
    const identity = seen && identify(pid);
    if (!identity) continue;
    if (seen.role === 'runtime') for (const argument of seen.args) runtimeArguments.add(argument);
    if (seen.role === 'publisher') publishers.push(identity);
    else if (seen.bundle !== undefined)
      byBundle.set(seen.bundle, [...(byBundle.get(seen.bundle) ?? []), { ...identity, role: seen.role }]);
  }
  return { byBundle, runtimeArguments, publishers };
}

/** What processes are told by. */
interface Rule {
  /** The directory of all bundles, as it is called and as it really is. */
  readonly root: readonly string[];
  /** The program of the OCI runtime; undefined where there is none. */
  readonly runtime: string | undefined;
  readonly daemonAddress: string;
}

interface Seen {
  readonly role: BundleProcess['role'] | 'publisher';
  readonly bundle?: string | undefined;
  readonly args: readonly string[];
}

function look(pid: number, rule: Rule): Seen | undefined {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const role = roleOf(pid, args, rule);
    if (role === undefined || !isTrustedProcess(pid)) return undefined;
    if (role === 'publisher') return { role, args };
    const workplace = nameBelow(rule.root, workingDirectory(pid) ?? '');
    if (role === 'runtime') {
      const named = args.map((arg) => nameBelow(rule.root, arg.replace(/^--[a-z-]+=/, ''))).find(Boolean);
      return { role, bundle: workplace ?? named, args };
    }
    return workplace === undefined ? undefined : { role, bundle: workplace, args };
  } catch (error) {
    // Nobody who lives is to be taken for gone.
    if (isShortage(error)) throw error;
    return undefined; // gone, or none of ours to look at
  }
}

function roleOf(pid: number, args: readonly string[], rule: Rule): Seen['role'] | undefined {
  if (args.includes('publish') && args.includes(rule.daemonAddress)) return 'publisher';
  if (args.includes('-namespace')) return 'shim';
  if (!RUNTIME_CALLS.some((call) => args.includes(call))) return undefined;
  return rule.runtime !== undefined && runsProgram(pid, rule.runtime, args) ? 'runtime' : undefined;
}

async function runtimeProgram({ findRuntime, signal }: Site): Promise<string | undefined> {
  try {
    return realpathSync(await findRuntime());
  } catch (error) {
    if (isShortage(error)) throw error;
    signal?.throwIfAborted();
    return undefined; // then none is at work
  }
}

/** The first name of a path below the root; of a directory that is being deleted, the one it had. */
function nameBelow(root: readonly string[], file: string): string | undefined {
  const parent = root.find((name) => file.startsWith(`${name}/`));
  const name = parent && file.slice(parent.length + 1).split(path.sep)[0];
  return name?.replace(/^\.(.*)\.delete~.*$/s, '$1');
}
