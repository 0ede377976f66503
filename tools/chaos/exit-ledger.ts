import { decodeEvent } from '@shimwright/runtime-v1';
import type { Any } from '@shimwright/shim-api';
import { timeOf } from './time-of.ts';

/** The exits that were reported of containers, none of which has the id of another. */
export class ExitLedger {
  readonly #times = new Map<string, number>();
  readonly #toldByKilled = new Set<string>();

  /** Notes what was told by somebody who was then killed: another one may tell it again, in the same words. */
  noteOfKilled(line: string): void {
    const [id = '', pid] = line.split(' ');
    this.#toldByKilled.add(line);
    this.#count(id, Number(pid));
  }

  /** Notes an event; one that is no exit counts for nothing. */
  note(event: Any): void {
    const { type, message } = decodeEvent(event);
    if (type !== 'containerd.events.TaskExit') return;
    const { containerId: id, pid } = message;
    if (!this.#toldByKilled.has(`${id} ${pid} ${timeOf(message)}`)) this.#count(id, pid);
  }

  /** How often the exit of a container's process was reported. */
  times(id: string, pid: number): number {
    return this.#times.get(`${id} ${pid}`) ?? 0;
  }

  /** Those that were reported more than once, however late, as `ID PID`. */
  get repeated(): string[] {
    return [...this.#times].filter(([, times]) => times > 1).map(([key]) => key);
  }

  #count(id: string, pid: number): void {
    this.#times.set(`${id} ${pid}`, this.times(id, pid) + 1);
  }
}
