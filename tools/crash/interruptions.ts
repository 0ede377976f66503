import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sweep } from '@shimwright/fs-atomic';
import { leftovers, removeLeftovers } from '../leftovers.ts';
import { failureProblems, finalProblems, killProblems } from './expectations.ts';
import { failuresOf, type Inject, kill, offsetsFor } from './injection.ts';
import { type Form, type Operation, type OperationName, operations } from './operations.ts';
import { type Snapshot, snapshot } from './snapshot.ts';
import { callAt, type Spot, spotIn, spotOf, type Trace } from './spot.ts';
import { type Outcome, Subject } from './subject.ts';
import { changesSomething, mayFail, type SystemCall, TRACED } from './system-call.ts';
import { type Injection, Tracer } from './tracer.ts';

/** How an operation went that was interrupted. */
export interface Result {
  /** How many points there are. */
  readonly points: number;
  /** At how many it was interrupted. */
  readonly tried: number;
  /** What did not hold, in words. */
  readonly problems: readonly string[];
}

/** An operation as it goes when nobody interferes. */
interface Undisturbed extends Trace {
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** Looks at what an interruption left, and tells what is wrong. */
type Look = (run: Run) => Promise<string[]>;

/** A run of the operation that was interrupted where it should be. */
interface Run {
  readonly root: string;
  readonly subject: Subject;
  readonly outcome: Outcome;
  /** How many descriptors the process had before. */
  readonly descriptors: number;
}

/** What happens to an operation, and where. */
interface Interruption extends Spot {
  /** The call that is meant, as it was in the first trace. */
  readonly call: SystemCall;
  /** In words. */
  readonly what: string;
  readonly inject: Inject;
}

/** The program whose operations are interrupted, in the base. */
export const SUBJECT = 'subject.mjs';

// Now and then the C library or Node looks at something of its own, and all that comes after it is counted wrong.
const MAX_TRACES = 5;

/** How long what has been ended may take to be gone for everybody. */
const PATIENCE_MS = 5_000;

// Of all that share a base.
let roots = 1_000_000;

/** Interrupts one form of an operation, below a directory of its own. */
export class Interruptions implements AsyncDisposable {
  readonly #base: string;
  readonly #name: OperationName;
  readonly #operation: Operation;
  readonly #form: Form;
  #subject: Subject | undefined;
  #first: Promise<Undisturbed> | undefined;

  constructor(base: string, name: OperationName, form: Form) {
    this.#base = base;
    this.#name = name;
    this.#operation = operations[name];
    this.#form = form;
  }

  /**
   * Kills its process at each call that changes something, in one run after another.
   *
   * @param stride to take each such point, or only one of so many.
   */
  async killEverywhere(stride = 1): Promise<Result> {
    const trace = await this.#firstTrace();
    const { calls, before, after } = trace;
    const points = calls.filter((call) => changesSomething(call, trace.root));
    const chosen = points.filter((_, index) => index % stride === 0);
    const problems: string[] = [];
    for (const call of chosen) {
      const look = async ({ root, subject, outcome }: Run) => {
        await subject.stop();
        return [
          ...(outcome.endedBy === 'SIGKILL' ? [] : ['it was not killed']),
          ...killProblems(this.#operation, { before, after, found: snapshot(root) }),
          ...(await this.#goOn(root, after)),
        ];
      };
      const interruption = { ...spotOf(call, trace), call, what: 'killed at', inject: kill };
      problems.push(...(await this.#interrupted(trace, interruption, look)));
    }
    return { points: points.length, tried: chosen.length, problems };
  }

  /**
   * Lets each of its calls fail in turn: with each errno, and with EIO from there on.
   *
   * @param stride to take each such point, or only one of so many.
   */
  async failEverywhere(stride = 1): Promise<Result> {
    const trace = await this.#firstTrace();
    const { calls, before, after } = trace;
    const points = calls
      .filter((call) => mayFail(call, trace.root))
      .flatMap((call) => failuresOf(call).map((failure) => ({ call, ...failure })));
    const chosen = points.filter((_, index) => index % stride === 0);
    const problems: string[] = [];
    for (const { call, what, errno, goesOn, inject } of chosen) {
      const look = async ({ root, subject, outcome, descriptors }: Run) => {
        const isFailed = outcome.endedBy !== undefined || outcome.error !== undefined;
        const lasting = isFailed ? await this.#processProblems(root, this.#operation.endsLater ?? false) : [];
        const left = snapshot(root);
        if (subject.isRunning) await subject.order({ do: 'sweep', roots: this.#rootsBelow(root) });
        const facts = { root, errno, outcome, goesOn, before, after, left, found: snapshot(root) };
        return [
          ...lasting,
          ...failureProblems(this.#operation, facts),
          ...(await subject.descriptorProblems(descriptors)),
          ...(await this.#goOn(root, after, errno === 'EACCES' ? this.#operation.foreign : [])),
        ];
      };
      const interruption = { ...spotOf(call, trace), call, what, inject };
      problems.push(...(await this.#interrupted(trace, interruption, look)));
    }
    return { points: points.length, tried: chosen.length, problems };
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#subject?.stop();
  }

  /** Runs the operation until the injection hits the call that is meant, and looks at what it left. */
  async #interrupted(first: Trace, interruption: Interruption, look: Look): Promise<string[]> {
    for (let traces = 0; traces < MAX_TRACES; traces++) {
      const trace = traces === 0 ? first : await this.#undisturbed();
      const call = traces === 0 ? interruption.call : callAt(interruption, trace);
      for (const offset of call ? offsetsFor(call) : []) {
        const injections = call ? interruption.inject(call, trace.calls, offset) : [];
        const wrong = await this.#attempt(interruption, injections, look);
        if (wrong?.length === 0) return [];
        if (wrong) return [describe(interruption, wrong)];
      }
    }
    throw new Error(`${describe(interruption, [])} was not hit by any of the runs`);
  }

  /** Undefined when something else was hit. */
  async #attempt(spot: Spot, injections: readonly Injection[], look: Look): Promise<string[] | undefined> {
    const subject = await this.#warm();
    const root = await this.#prepared();
    try {
      const descriptors = subject.descriptors();
      const tracer = await Tracer.attach({ thread: subject.thread(spot.thread) }, [], injections, root);
      const outcome = await subject.order(this.#order(root));
      const calls = await tracer.detach();
      const hit = calls.find(({ wasInjected }) => wasInjected);
      const { as, nth } = hit ? spotIn(calls, hit, root) : {};
      if (as === spot.as && nth === spot.nth) return await look({ root, subject, outcome, descriptors });
      await subject.stop(); // one of its own calls may have been hit
      return undefined;
    } finally {
      await this.#remove(root);
    }
  }

  /** What comes after the interruption is done, on the same names, and all that is left is swept. */
  async #goOn(root: string, after: Snapshot, foreign: readonly string[] = []): Promise<string[]> {
    const { promise, sync, unmake, goOn } = this.#operation;
    try {
      if (goOn) await goOn(root);
      else {
        await unmake?.(root);
        if (this.#form === 'sync') sync?.(root);
        else await promise(root);
      }
    } catch (error) {
      return [`one cannot go on: ${error}`];
    }
    const left = await this.#processProblems(root);
    for (const directory of this.#rootsBelow(root)) await sweep(directory);
    return [...left, ...finalProblems(this.#operation, { after, found: snapshot(root) }, foreign)];
  }

  /** The one that tells which points there are. */
  #firstTrace(): Promise<Undisturbed> {
    this.#first ??= this.#undisturbed();
    return this.#first;
  }

  async #undisturbed(): Promise<Undisturbed> {
    await this.#subject?.stop();
    const subject = await this.#warm();
    const root = await this.#prepared();
    try {
      const before = snapshot(root);
      const threads = subject.threads();
      const tracer = await Tracer.attach({ process: subject.pid }, TRACED, [], root);
      const outcome = await subject.order(this.#order(root));
      const calls = (await tracer.detach()).filter(({ thread }) => threads.includes(Number(thread)));
      const after = snapshot(root);
      const problems = await this.#goOn(root, after);
      if (outcome.endedBy !== undefined || outcome.error || problems.length > 0)
        throw new Error(`${this.#name} fails: ${JSON.stringify({ outcome, problems })}`);
      return { pid: subject.pid, calls, root, before, after };
    } finally {
      await this.#remove(root);
    }
  }

  /** The process of the last run if it still runs, or a new one that has done the operation once: all it needs is loaded. */
  async #warm(): Promise<Subject> {
    if (this.#subject?.isRunning) return this.#subject;
    this.#subject = await Subject.start(path.join(this.#base, SUBJECT), path.join(this.#base, 'compiled'));
    const root = await this.#prepared();
    await this.#subject.order(this.#order(root));
    await this.#remove(root);
    await this.#subject.order({ do: 'keep compiled code' });
    return this.#subject;
  }

  #order(root: string) {
    return { do: 'perform', operation: this.#name, form: this.#form, root } as const;
  }

  async #prepared(): Promise<string> {
    const root = path.join(this.#base, `r${roots++}`); // one length for all
    await mkdir(root);
    await this.#operation.prepare(root);
    return root;
  }

  #rootsBelow(root: string): string[] {
    return this.#operation.roots.map((directory) => path.join(root, directory));
  }

  /** What still runs or listens that should not; by default it may take a moment to be gone. */
  async #processProblems(root: string, isPatient = true): Promise<string[]> {
    if (!this.#operation.startsProcesses) return [];
    for (const start = Date.now(); isPatient && Date.now() - start < PATIENCE_MS; await delay(5)) {
      if (leftovers(token(root)).length === 0) return [];
    }
    return leftovers(token(root)).map((left) => `there is left ${left}`);
  }

  async #remove(root: string): Promise<void> {
    if (this.#operation.startsProcesses) await removeLeftovers(token(root), root);
    else await rm(root, { recursive: true });
  }
}

/** A part of the root's path that no other root has. */
function token(root: string): string {
  return path.join(path.basename(path.dirname(root)), path.basename(root));
}

function describe({ what, as }: Interruption, wrong: readonly string[]): string {
  return `${what} ${as}: ${wrong.join('; ')}`;
}
