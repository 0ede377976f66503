import type { Readable, Writable } from 'node:stream';
import type { PullProgress } from '@shimwright/oci-image';
import type { PlaceOptions } from '../place.ts';

/** Something of this machine that a container sees. */
export type ContainerMount =
  | {
      readonly type: 'bind';
      /** The absolute path on this machine; it must be there. */
      readonly source: string;
      /** The absolute path in the container. */
      readonly target: string;
      /** @default false */
      readonly readonly?: boolean | undefined;
    }
  | {
      readonly type: 'tmpfs';
      /** The absolute path in the container. */
      readonly target: string;
      /** How much it may hold; that counts as the container's memory. @default 67108864 */
      readonly sizeBytes?: number | undefined;
    }
  | {
      readonly type: 'volume';
      /** The name of the volume, which is made empty where it is not there, and stays when the container is removed. */
      readonly source: string;
      /** The absolute path in the container. */
      readonly target: string;
      /** @default false */
      readonly readonly?: boolean | undefined;
    };

/** How much of this machine a container may use. */
export interface LimitOptions {
  /** Memory, what is in its tmpfs included; it gets no swap. @default no limit */
  readonly memoryBytes?: number | undefined;
  /** Processors, such as 0.5. @default no limit */
  readonly cpus?: number | undefined;
  /** Processes and threads. @default 2048 */
  readonly pidsLimit?: number | 'unlimited' | undefined;
}

/** What a container is made from. */
export interface ContainerOptions extends PlaceOptions, LimitOptions {
  /**
   * An image: a name such as `alpine:3.22`, an address of skopeo's such as `oci:DIRECTORY`, or the path of an archive or a layout, which begins
   * with `/` or `./`. Give this or `rootfs`.
   */
  readonly image?: string | undefined;
  /** Whether the image is pulled. @default 'missing' */
  readonly pull?: 'missing' | 'always' | 'never' | undefined;
  /** Called while an image is pulled. */
  readonly onPullProgress?: ((progress: PullProgress) => void) | undefined;
  /** A directory of this machine that becomes `/`. The container does not change it. Give this or `image`. */
  readonly rootfs?: string | URL | undefined;
  /** The command and its arguments; with an image, what comes after its entrypoint. @default the image's */
  readonly args?: readonly string[] | undefined;
  /** What comes before `args`. @default the image's */
  readonly entrypoint?: readonly string[] | undefined;
  /** Its id: unique in the namespace. @default a random one */
  readonly name?: string | undefined;
  /** Environment variables, over those of the image. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Who it runs as: `name`, `uid`, `name:group` or `uid:gid`. @default the image's, else root */
  readonly user?: string | undefined;
  /** The directory it starts in. @default the image's, else '/' */
  readonly workdir?: string | undefined;
  /** The host name it sees. @default its id */
  readonly hostname?: string | undefined;
  /** Facts of your own, which `list` gives back. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** What it sees of this machine. @default nothing */
  readonly mounts?: readonly ContainerMount[] | undefined;
  /** Whether it cannot write to its root; `/tmp`, `/run` and `/dev/shm` it always can. @default false */
  readonly readonly?: boolean | undefined;
  /** How much it may write to its root. @default no limit */
  readonly diskBytes?: number | undefined;
  /** Nothing but a loopback device, this machine's network, or the absolute path of a network namespace. @default 'none' */
  readonly network?: 'none' | 'host' | (string & {}) | undefined;
  /**
   * What its root may do beyond others, as in capabilities(7).
   * @default CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, NET_BIND_SERVICE, SETGID, SETUID, each with CAP_ before it
   */
  readonly capabilities?: readonly string[] | undefined;
  /** Whether it has a terminal. @default false */
  readonly terminal?: boolean | undefined;
  /** The signal that asks it to stop. @default the image's, else 'SIGTERM' */
  readonly stopSignal?: string | undefined;
  /** Ends it; nothing is left. */
  readonly signal?: AbortSignal | undefined;
}

/** What a container that outlives this process is made from. */
export interface CreateOptions extends ContainerOptions {
  /** Whether its input stays open, for `attach`. @default false */
  readonly stdin?: boolean | undefined;
  /** How large a file of its log gets before it is put aside; one older file is kept. @default 16777216 */
  readonly maxLogBytes?: number | undefined;
}

/** The input and output of a process that is waited for. */
export interface OutputOptions {
  /** What it reads: text, bytes or a stream. @default nothing */
  readonly stdin?: string | Uint8Array | Readable | undefined;
  /** Gets what it writes, as it comes, besides the result. */
  readonly stdout?: Writable | undefined;
  /** Gets what it writes of failures, as it comes, besides the result. A terminal has all in stdout. */
  readonly stderr?: Writable | undefined;
  /**
   * How many bytes of stdout, and of stderr, the result keeps. What comes after them is thrown away, and `truncated` says so.
   * @default 16777216
   */
  readonly maxOutputBytes?: number | undefined;
  /** How long it may run; then it is killed, and `timedOut` says so. @default no limit */
  readonly timeoutMs?: number | undefined;
}

/** What is to run to its end. */
export interface RunOptions extends ContainerOptions, OutputOptions {}

/** How a process ended, and what it said. */
export interface ProcessResult {
  /** What a shell would say: 128 and the signal's number where a signal ended it. */
  readonly exitCode: number;
  /** The signal that ended it, or that it says has; undefined for an exit code of up to 128. */
  readonly signal: NodeJS.Signals | undefined;
  /** What it wrote, as text. */
  readonly stdout: string;
  /** What it wrote of failures; empty with a terminal. */
  readonly stderr: string;
  /** Whether one of them is cut off at `maxOutputBytes`. */
  readonly truncated: boolean;
  /** Whether it was killed because `timeoutMs` were over. */
  readonly timedOut: boolean;
  /** From its start to its end. */
  readonly durationMs: number;
}

/** How a container ended, and what it said. */
export interface RunResult extends ProcessResult {
  /** Whether the kernel killed one of its processes for want of memory. */
  readonly oomKilled: boolean;
}
