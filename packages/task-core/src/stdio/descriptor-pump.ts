import { readSync } from 'node:fs';
import {
  type DescriptorWatch,
  isSystemError,
  watchReadable,
  watchWritable,
  writeSome,
} from '@shimwright/linux-native';

/** How much is read at a time, and how often in a row, so that one that has much to say lets others have their turn. */
const CHUNK_BYTES = 64 * 1024;
const READS_IN_A_ROW = 32;

// For all: what cannot be written at once is copied out of it.
const shared = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/** What a pump tells. None of them throws. */
export interface PumpEvents {
  /** The source is at its end, or fails with this; all of it was written. */
  onEnd(error: unknown): void;
  /** The target takes nothing any more. What comes from the source is read and lost from then on. */
  onBroken?(): void;
}

/**
 * Copies from one descriptor to another, both of which never wait (`O_NONBLOCK`). Nothing is read while the target takes
 * nothing, and no thread waits for it. The descriptors stay the caller's; it stops the pump before it closes them.
 */
export class DescriptorPump {
  readonly #source: number;
  #target: number | undefined;
  readonly #events: PumpEvents;
  #watch: DescriptorWatch | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #hasStopped = false;

  /** @param target undefined to read all and lose it. */
  constructor(source: number, target: number | undefined, events: PumpEvents) {
    this.#source = source;
    this.#target = target;
    this.#events = events;
  }

  /** Whether something that was read is not written yet. */
  get isStuck(): boolean {
    return this.#pending.length > 0;
  }

  /** Begins, or goes on after an end that was none. */
  start(): void {
    if (!this.#hasStopped && !this.#watch) this.#waitForSource();
  }

  /** Copies at once all that is there and that the target takes. */
  flush(): void {
    if (this.#watch && !this.isStuck) this.#guarded(() => this.#copy(Number.POSITIVE_INFINITY));
  }

  /** Ends it, and loses what was read and not written. */
  stop(): void {
    this.#hasStopped = true;
    this.#unwatch();
    this.#pending = Buffer.alloc(0);
  }

  #waitForSource(): void {
    this.#unwatch();
    this.#watch = watchReadable(this.#source, () => this.#guarded(() => this.#copy(READS_IN_A_ROW)));
  }

  #waitForTarget(target: number): void {
    this.#unwatch();
    this.#watch = watchWritable(target, () =>
      this.#guarded(() => {
        this.#write(this.#pending);
        if (!this.isStuck && !this.#hasStopped) this.#waitForSource();
      }),
    );
  }

  #copy(reads: number): void {
    for (let count = 0; count < reads && !this.#hasStopped; count += 1) {
      const length = this.#fill();
      if (length === undefined) return;
      if (length === 0) {
        this.#end(undefined);
        return;
      }
      this.#write(shared.subarray(0, length));
      if (this.isStuck) {
        if (this.#target !== undefined) this.#waitForTarget(this.#target);
        return;
      }
    }
  }

  /** Reads what there is, up to a chunk; a terminal gives some four kilobytes at a time. Undefined where there is nothing. */
  #fill(): number | undefined {
    let length = 0;
    try {
      while (length < CHUNK_BYTES) {
        const read = readSync(this.#source, shared, length, CHUNK_BYTES - length, null);
        if (read === 0) return length;
        length += read;
      }
    } catch (error) {
      if (length > 0) return length; // it is told the next time
      if (!isSystemError(error, 'EAGAIN')) throw error;
      return undefined;
    }
    return length;
  }

  /** Writes, and keeps what is not taken. `data` may be the shared buffer. */
  #write(data: Buffer): void {
    let written = data.length;
    if (this.#target !== undefined) {
      try {
        written = writeSome(this.#target, data);
      } catch {
        this.#target = undefined;
        this.#events.onBroken?.();
      }
    }
    this.#pending = written < data.length ? Buffer.from(data.subarray(written)) : Buffer.alloc(0);
  }

  #end(error: unknown): void {
    this.#unwatch();
    this.#events.onEnd(error);
  }

  // A failure is that of this pump alone.
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#end(error);
    }
  }

  #unwatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }
}
