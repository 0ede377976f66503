import path from 'node:path';
import { type Bundle, type BundleRoots, loadBundle, validateNamespace } from '@shimwright/bundle-core';
import { OciRuntime } from '@shimwright/oci-runtime';
import { sharedShimSocket } from '@shimwright/shim-address';
import type { EventPublisher, RuncOptions } from '@shimwright/shim-api';
import { spawnRuntime } from '@shimwright/shim-service';

/** How the containers are run. A `Config` of `@shimwright/runtime-v1` fits. */
export interface RecoverConfig {
  /** Where the OCI runtime keeps its state, unless the run options name another place. @default '/run/containerd/runc' */
  readonly runtimeRoot?: string;
  /** The directory below which shims listen, in `s/`. @default '/run/containerd' */
  readonly socketRoot?: string;
  /** Which of the manager's containers share a shim process. @default '' */
  readonly shimGroup?: string;
  /**
   * Whether a bundle that records no address may have a shim at the abstract one that old versions of containerd used; see
   * `traceShim`. @default false
   */
  readonly legacyAddress?: boolean;
}

/** Where to look, and how. */
export interface RecoverOptions extends BundleRoots {
  /** The namespace of the containers. */
  readonly namespace: string;
  /** The address of the program that manages the shims, as for `shimRemote`. */
  readonly daemonAddress: string;
  /** Whether what is dead is cleaned; else it is only told. @default false */
  readonly clean?: boolean;
  /** Told of the exits of containers that had to be killed. @default nobody: they are in the result */
  readonly exchange?: EventPublisher;
  /** The options that the containers were run with; `runtime`, `runtimeRoot` and `systemdCgroup` matter here. */
  readonly runOptions?: Partial<RuncOptions>;
  /** How many bundles are worked on at a time. @default 16 */
  readonly concurrency?: number;
  /**
   * How long somebody may be at work on a bundle that has no shim yet. One that is younger is looked at again when it has
   * this age, in milliseconds. @default 2000
   */
  readonly settleMs?: number;
  /** Called after each bundle that was looked at, and each thing that was cleaned. */
  readonly onProgress?: (progress: RecoverProgress) => void;
  /** An abort ends it; what it was about to clean is found again. */
  readonly signal?: AbortSignal;
}

/** How far it is. */
export interface RecoverProgress {
  /** Whether it still looks, or cleans what it has found. */
  readonly phase: 'look' | 'clean';
  /** How many are done in this phase. */
  readonly done: number;
  /** How many there are in this phase. */
  readonly total: number;
}

/** The options, checked, with every default and what follows from them. */
export interface Site {
  readonly config: RecoverConfig;
  readonly runOptions: Partial<RuncOptions>;
  readonly roots: CheckedRoots;
  readonly namespace: string;
  readonly daemonAddress: string;
  readonly exchange: EventPublisher | undefined;
  readonly concurrency: number;
  readonly settleMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: RecoverProgress) => void;
  /** The OCI runtime; what it is told by files is in the bundle, if there is one, and goes with it should this process be killed. */
  readonly runtimeFor: (bundle?: Bundle) => Promise<OciRuntime>;
  /** The program of the OCI runtime, for `auto` the one that shims choose. @throws {OciRuntimeError} where there is none. */
  readonly findRuntime: () => Promise<string>;
  readonly legacyAddress: boolean;
  /** Where the OCI runtime keeps what it knows of the containers, each in a directory of its id. */
  readonly runtimeRoot: string;
  /** Where shims listen. */
  readonly socketDirectory: string;
}

/** Where shims have the OCI runtime keep its state, unless they are told another place. */
export const DEFAULT_RUNTIME_ROOT = '/run/containerd/runc';

/** @throws {BundleError} `ERR_BUNDLE_NAMESPACE`, `ERR_BUNDLE_PATH`. @throws {RangeError} for a concurrency below 1. */
export function siteOf(config: RecoverConfig, options: RecoverOptions): Site {
  const { namespace, daemonAddress, runOptions = {}, concurrency = 16 } = options;
  validateNamespace(namespace);
  if (!(concurrency >= 1)) throw new RangeError(`concurrency must be 1 or more, not ${concurrency}`);
  const configured = runOptions.runtimeRoot || config.runtimeRoot || DEFAULT_RUNTIME_ROOT;
  const runtimeRoot = path.join(configured, namespace);
  const program = programOf(runOptions, options.signal);
  return {
    ...{ config, runOptions, namespace, daemonAddress, concurrency, runtimeRoot },
    roots: checkedRoots(options),
    exchange: options.exchange,
    settleMs: options.settleMs ?? 2_000,
    signal: options.signal,
    onProgress: options.onProgress ?? (() => {}),
    runtimeFor: runtimes(runtimeRoot, runOptions, program),
    findRuntime: program,
    legacyAddress: config.legacyAddress ?? false,
    socketDirectory: path.join(config.socketRoot ?? '/run/containerd', 's'),
  };
}

/** Where the process is reached that the shims of this manager's group share. */
export function controlSocketOf({ config, daemonAddress }: Site): string {
  const { shimGroup: group, socketRoot } = config;
  return sharedShimSocket({
    daemonAddress,
    ...(group !== undefined && { group }),
    ...(socketRoot !== undefined && { socketRoot }),
  });
}

/** Asks for the program once it is needed; the answer is kept, and a failure is not. */
function programOf(
  { runtime, systemdCgroup }: Partial<RuncOptions>,
  signal: AbortSignal | undefined,
): Site['findRuntime'] {
  const chooser = new OciRuntime({ command: runtime || undefined, systemdCgroup, spawn: spawnRuntime });
  return async () => (await chooser.chosen({ signal })).command;
}

/** They differ in where their files are; the program is looked for once, when it is needed. */
function runtimes(
  root: string,
  { systemdCgroup }: Partial<RuncOptions>,
  program: Site['findRuntime'],
): Site['runtimeFor'] {
  return async (bundle) => {
    const command = await program();
    const env = { GOMAXPROCS: '1' }; // many are at work at a time
    return new OciRuntime({ command, root, systemdCgroup, tempDir: bundle?.path, spawn: spawnRuntime, env });
  };
}

/** Both roots, absolute. */
type CheckedRoots = Readonly<Record<'path' | 'workDir', string>>;

/** The roots, absolute, by the rules that hold for bundles: none that is empty, `/`, or the other one. */
function checkedRoots({ path: root, workDir }: BundleRoots): CheckedRoots {
  const any = loadBundle({ id: 'any', path: root, workDir });
  return { path: path.dirname(any.path), workDir: path.dirname(any.workDir) };
}
