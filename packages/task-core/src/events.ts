import type { Moment } from './moment.ts';
import type { RootfsMount } from './requests.ts';
import type { StdioPaths } from './stdio/stdio-paths.ts';

/** All that happens to a container, in the order in which it happens. Ids of processes are empty for the first one. */
export type TaskEvent =
  | {
      readonly type: 'create';
      readonly containerId: string;
      readonly bundle: string;
      readonly rootfs: readonly RootfsMount[];
      readonly stdio: StdioPaths;
      /** The image it is to be restored from; empty for none. */
      readonly checkpoint: string;
      /** 0 for one that is restored when it is started. */
      readonly pid: number;
    }
  | { readonly type: 'start'; readonly containerId: string; readonly pid: number }
  | { readonly type: 'exec-added'; readonly containerId: string; readonly execId: string }
  | {
      readonly type: 'exec-started';
      readonly containerId: string;
      readonly execId: string;
      readonly pid: number;
    }
  | {
      readonly type: 'exit' | 'delete';
      readonly containerId: string;
      readonly execId: string;
      readonly pid: number;
      readonly exitStatus: number;
      readonly exitedAt: Moment;
      /** Set where the status is made up: nobody saw the end. */
      readonly isUnknown?: true | undefined;
    }
  | { readonly type: 'paused' | 'resumed' | 'oom'; readonly containerId: string }
  | { readonly type: 'checkpointed'; readonly containerId: string; readonly imagePath: string };
