import type { ProcessIdentity } from '@shimwright/linux-native';

/** What of a process's stdio can outlive this process, where somebody keeps its descriptors. */
export interface KeptIO {
  /** Open files by what they are for. They stay this process's own; whoever keeps them has duplicates. */
  readonly descriptors: Readonly<Record<string, number>>;
  /** The processes that copy its input and output, by what they do. */
  readonly copiers: Readonly<Record<string, ProcessIdentity>>;
}

/**
 * Keeps the stdio of processes beyond the end of this process, for the next one. None of its methods throws: a process that
 * nobody keeps is one whose terminal ends with its shim.
 */
export interface IOKeeper {
  /** Keeps the stdio of a process as it is now. What was kept of it before is given up. */
  keep(containerId: string, execId: string, io: KeptIO): void;
  /** Gives up at once what is kept of a process: an end of a pipe that is kept stays open. */
  drop(containerId: string, execId: string): void;
}

/** What the stdio of one process tells of itself. */
export interface IOObserver {
  /** It can be kept as it is now. */
  onChange(io: KeptIO): void;
  /** Nothing of it is to be kept any more. */
  onEnd(): void;
}

/** For stdio that nobody keeps. */
export const UNKEPT: IOObserver = { onChange: () => {}, onEnd: () => {} };

/** What has the stdio of one process kept; one that has nothing to keep costs nothing. */
export function observerOf(keeper: IOKeeper, containerId: string, execId: string): IOObserver {
  let isKept = false;
  const drop = () => {
    if (isKept) keeper.drop(containerId, execId);
    isKept = false;
  };
  return {
    onChange: (io) => {
      if (Object.keys(io.descriptors).length + Object.keys(io.copiers).length === 0) return drop();
      isKept = true;
      keeper.keep(containerId, execId, io);
    },
    onEnd: drop,
  };
}
