import type { Found } from './finding.ts';

/** What was seen of an id. Each is looked at for itself; what follows from all of it is {@link judge}'s alone. */
export interface Evidence {
  /** Whether its bundle is there. */
  readonly hasBundle: boolean;
  /** Whether a shim that its bundle records lives, is dead, or none is recorded; see `traceShim`. */
  readonly shim: 'live' | 'dead' | 'none';
  /** The process of that shim, where it is known. */
  readonly shimPid?: number | undefined;
  /** Whether its bundle records a process that serves many shims. */
  readonly isShared: boolean;
  /** The first process of its container, if that has not ended; by the OCI runtime. */
  readonly container?: LivingContainer | undefined;
  /** A process that works as a shim in its bundle, recorded or not. */
  readonly worker?: number | undefined;
  /** Whether a process that serves many shims says that it serves this one. */
  readonly isServed?: boolean | undefined;
}

/** The first process of a container. */
export interface LivingContainer {
  readonly pid: number;
  /** Whether process 1 has it: whoever made it is gone. */
  readonly isOrphan: boolean;
}

/** What an id is found to be. */
export interface Verdict {
  readonly found: Extract<
    Found,
    'live-shim' | 'live-container' | 'dead-shim' | 'orphan-bundle' | 'orphan-container'
  >;
  /** The process that makes it live. */
  readonly pid: number | undefined;
}

/**
 * Decides what an id is. It is the only place that does.
 *
 * | bundle | shim | and | verdict |
 * | --- | --- | --- | --- |
 * | there | live | | `live-shim` |
 * | there | dead or none | a process works there as a shim | `live-shim` |
 * | there | dead | it was one of many, and its container lives: a successor goes on with that | `live-container` |
 * | there | none | its container lives, and whoever made that: another program is its shim | `live-container` |
 * | there | dead | | `dead-shim` |
 * | there | none | | `orphan-bundle` |
 * | gone | | a process works as its shim, or says that it serves it | `live-container` |
 * | gone | | | `orphan-container` |
 */
export function judge(evidence: Evidence): Verdict {
  const { hasBundle, shim, shimPid, isShared, container, worker, isServed = false } = evidence;
  if (!hasBundle) {
    const isKept = worker !== undefined || isServed;
    return { found: isKept ? 'live-container' : 'orphan-container', pid: worker };
  }
  if (shim === 'live') return { found: 'live-shim', pid: shimPid };
  if (worker !== undefined) return { found: 'live-shim', pid: worker };
  if (container && isKeptWithoutShim(shim, isShared, container)) {
    return { found: 'live-container', pid: container.pid };
  }
  return { found: shim === 'dead' ? 'dead-shim' : 'orphan-bundle', pid: undefined };
}

/** Whether it matters if the container of a bundle lives: to ask the OCI runtime takes milliseconds. */
export function dependsOnContainer({ hasBundle, shim, isShared }: Evidence): boolean {
  return hasBundle && (shim === 'none' || (shim === 'dead' && isShared));
}

/** Whether a verdict says that nothing is to be touched. */
export function isLive({ found }: Verdict): boolean {
  return found === 'live-shim' || found === 'live-container';
}

function isKeptWithoutShim(
  shim: Evidence['shim'],
  isShared: boolean,
  { isOrphan }: LivingContainer,
): boolean {
  if (isShared) return true; // a successor of the shared process goes on with it
  return shim === 'none' && !isOrphan;
}
