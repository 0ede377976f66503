import type { AddSharedShimRequest } from '@shimwright/shim-api';
import type { BundleRegister } from '@shimwright/shim-host';
import type { Journal, ProcessRecord, TaskEvent } from '@shimwright/task-core';
import type { RegisteredProcess } from '../shared/registered-process.ts';
import { keyOf, type Registry } from '../shared/registry.ts';
import { SharedJournal } from '../shared/shared-journal.ts';
import type { EventQueue } from './event-queue.ts';
import { taskEvent } from './events.ts';
import type { Deletions } from './keeper/deletions.ts';

/** What is noted of one container. */
interface Member {
  readonly register: BundleRegister<RegisteredProcess>;
  readonly journal: SharedJournal;
}

/** What a group journal needs. */
export interface GroupJournalOptions {
  readonly registry: Registry;
  readonly events: EventQueue;
  readonly deletions: Deletions;
  /** Called when the end of a process is noted. */
  readonly onEnded: (pid: number) => void;
  readonly log: (message: string) => void;
}

/** Notes the processes of the containers of a group, each in a register of its own, and sends their events. */
export class GroupJournal implements Journal {
  readonly #options: GroupJournalOptions;
  readonly #members = new Map<string, Member>();

  constructor(options: GroupJournalOptions) {
    this.#options = options;
  }

  /** Begins to note a container, with what an earlier process has noted of it. */
  begin(containerId: string, shim: AddSharedShimRequest, processes: readonly RegisteredProcess[] = []): void {
    const { registry, events, log } = this.#options;
    const register = registry.register(shim);
    const journal = new SharedJournal(register, events.outbox(keyOf(shim.path)), log, taskEvent);
    journal.open(processes);
    this.#members.set(containerId, { register, journal });
  }

  /** Ends that, if there is nothing to be noted any more. @returns whether it has ended, now or before. */
  end(containerId: string): boolean {
    const member = this.#members.get(containerId);
    if (member && member.register.processes.size > 0) return false;
    this.#members.delete(containerId);
    member?.register.remove();
    return true;
  }

  save(process: ProcessRecord): void {
    this.#members.get(process.containerId)?.journal.save(process);
  }

  forget(containerId: string, execId: string): void {
    const journal = this.#members.get(containerId)?.journal;
    const { pid = 0, exit } = journal?.process(containerId, execId) ?? {};
    if (exit) {
      const answer = { pid, exitStatus: exit.status, exitedAt: exit.exitedAt };
      this.#options.deletions.note(containerId, execId, answer);
    }
    journal?.forget(containerId, execId);
  }

  note(event: TaskEvent, process?: ProcessRecord): () => void {
    const { containerId } = event;
    const tell = this.#members.get(containerId)?.journal.note(event, process) ?? (() => {});
    if (event.type === 'exit') this.#options.onEnded(event.pid);
    return () => {
      tell();
      if (event.type === 'delete') this.end(containerId); // it is the last that is told
    };
  }
}
