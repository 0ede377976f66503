import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { sweep } from '@shimwright/fs-atomic';
import { failureProblems, killProblems, type Point } from './expectations.ts';
import { type Form, type Operation, type OperationName, operations } from './operations.ts';
import { type Snapshot, snapshot } from './snapshot.ts';
import { type Outcome, Subject } from './subject.ts';
import {
  CAN_KEEP_FAILING,
  changesSomething,
  mayFail,
  type SystemCall,
  sameAgain,
  TRACED,
} from './system-call.ts';
import { type Injection, Tracer } from './tracer.ts';

/** What the system calls are made to fail with. */
const ERRNOS = ['EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'EBUSY'] as const;

/** How an operation went that was interrupted at every point. */
export interface Result {
  /** How many points there were; each was tried. */
  readonly points: number;
  /** What did not hold, in words. */
  readonly problems: readonly string[];
}

/** An operation as it goes when nobody interferes. */
interface Undisturbed {
  readonly pid: number;
  readonly calls: readonly SystemCall[];
  readonly root: string;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** A way in which a call fails. */
interface Failure {
  /** In words. */
  readonly what: string;
  readonly errno: string;
  /** Whether all that comes after it fails as well. */
  readonly goesOn: boolean;
  readonly injection: Inject;
}

/** What strace is told, when the call is this much earlier or later than it was; undefined where none can be. */
type Inject = (offset: number) => readonly Injection[] | undefined;

/** What happens to an operation, and where. */
interface Interruption {
  readonly name: OperationName;
  readonly form: Form;
  readonly point: Point;
  readonly injection: Inject;
}

/** Looks at what an interruption left. */
type Look = (root: string, subject: Subject, outcome: Outcome, descriptors: number) => Promise<void>;

// Threads wake each other by writes, which may be some more or less each time: then another call is hit.
const OFFSETS = [0, 0, -1, 1, -2, 2, -3, 3, -4, 4];
const MAX_TRIES = 3 * OFFSETS.length;

/** Interrupts operations below a directory of its own. */
export class Interruptions {
  readonly #base: string;
  #roots = 0;
  #subject: Subject | undefined;

  constructor(base: string) {
    this.#base = base;
  }

  /** Kills the process of an operation at each call that changes something, in one run after another. */
  async killEverywhere(name: OperationName, form: Form): Promise<Result> {
    const problems: string[] = [];
    const { pid, calls, root: first, before, after } = await this.#undisturbed(name, form);
    const points = calls.filter((call) => changesSomething(call, first));
    for (const call of points) {
      const point = { call, what: 'killed at', as: sameAgain(call, first), thread: threadOf(call, pid) };
      const injection = at(call, (when) => [`${call.name}:signal=KILL:when=${when}`]);
      await this.#interrupted({ name, form, point, injection }, async (root, subject, outcome) => {
        await subject.stop();
        const wrong = outcome.endedBy === 'SIGKILL' ? [] : ['it was not killed'];
        wrong.push(...killProblems(operations[name], { before, after, found: snapshot(root) }));
        wrong.push(...(await this.#again(name, form, root, after)));
        if (wrong.length > 0) problems.push(describe(point, wrong));
      });
    }
    return { points: points.length, problems };
  }

  /** Lets each call of an operation fail in turn: with each errno, and with EIO from there on. */
  async failEverywhere(name: OperationName, form: Form): Promise<Result> {
    const problems: string[] = [];
    const { pid, calls, root: first, before, after } = await this.#undisturbed(name, form);
    const points = calls
      .filter((call) => mayFail(call, first))
      .flatMap((call) => failures(calls, call).map((failure) => ({ call, ...failure })));
    for (const { call, what, errno, goesOn, injection } of points) {
      const point = { call, what, as: sameAgain(call, first), thread: threadOf(call, pid) };
      await this.#interrupted(
        { name, form, point, injection },
        async (root, subject, outcome, descriptors) => {
          const left = snapshot(root);
          if (subject.isRunning) await subject.order({ do: 'sweep', roots: rootsOf(operations[name], root) });
          const found = snapshot(root);
          const facts = { root, errno, outcome, goesOn, before, after, left, found };
          const wrong = failureProblems(operations[name], facts);
          if (subject.isRunning && subject.descriptors() > descriptors)
            wrong.push('a descriptor is left open');
          const { foreign = [] } = operations[name] as Operation;
          const stays = errno === 'EACCES' ? foreign : [];
          wrong.push(...(await this.#again(name, form, root, after, stays)));
          if (wrong.length > 0) problems.push(describe(point, wrong));
        },
      );
    }
    await this.#subject?.stop();
    return { points: points.length, problems };
  }

  /** Runs the operation until the injection hits the call that is meant, and looks at what it left. */
  async #interrupted({ name, form, point, injection }: Interruption, look: Look): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const inject = injection(OFFSETS[tries % OFFSETS.length] ?? 0);
      if (!inject) continue;
      const subject = await this.#warm(name, form);
      const root = await this.#prepared(name);
      try {
        const descriptors = subject.descriptors();
        const thread = subject.thread(point.thread);
        const tracer = await Tracer.attach({ thread }, [point.call.name], inject);
        const outcome = await subject.order({ do: 'perform', operation: name, form, root });
        const hit = (await tracer.detach()).find(({ wasInjected }) => wasInjected);
        if (hit && sameAgain(hit, root) === point.as) {
          await look(root, subject, outcome, descriptors);
          return;
        }
        if (process.env['DBG']) console.log(point.as, hit && sameAgain(hit, root), outcome);
        await subject.stop(); // one of its own calls may have been hit
      } finally {
        await rm(root, { recursive: true });
      }
    }
    throw new Error(`${describe(point, [])} was not hit in ${MAX_TRIES} runs`);
  }

  /** The operation is done on the same names, and all that is left is swept. */
  async #again(
    name: OperationName,
    form: Form,
    root: string,
    after: Snapshot,
    foreign: readonly string[] = [],
  ): Promise<string[]> {
    const { promise, sync, unmake, roots } = operations[name] as Operation;
    try {
      await unmake?.(root);
      if (form === 'sync') sync?.(root);
      else await promise(root);
    } catch (error) {
      return [`the operation cannot be done again: ${error}`];
    }
    for (const directory of roots) await sweep(path.join(root, directory));
    const found = snapshot(root);
    const keys = new Set([...found.keys(), ...after.keys()]);
    return [...keys]
      .filter((at) => found.get(at) !== after.get(at) && !foreign.includes(at))
      .map((at) => `after it was done again and swept, ${at} is ${found.get(at)}, not ${after.get(at)}`);
  }

  async #undisturbed(name: OperationName, form: Form): Promise<Undisturbed> {
    await this.#subject?.stop();
    const subject = await this.#warm(name, form);
    const root = await this.#prepared(name);
    try {
      const before = snapshot(root);
      const tracer = await Tracer.attach({ process: subject.pid }, TRACED);
      const outcome = await subject.order({ do: 'perform', operation: name, form, root });
      const calls = await tracer.detach();
      if (outcome.endedBy !== undefined || outcome.error)
        throw new Error(`${name} fails: ${JSON.stringify(outcome)}`);
      return { pid: subject.pid, calls, root, before, after: snapshot(root) };
    } finally {
      await rm(root, { recursive: true });
    }
  }

  /** The process of the last run if it still runs, or a new one that has done the operation once: all it needs is loaded. */
  async #warm(name: OperationName, form: Form): Promise<Subject> {
    if (this.#subject?.isRunning) return this.#subject;
    this.#subject = await Subject.start();
    const root = await this.#prepared(name);
    await this.#subject.order({ do: 'perform', operation: name, form, root });
    await rm(root, { recursive: true });
    return this.#subject;
  }

  async #prepared(name: OperationName): Promise<string> {
    const root = path.join(this.#base, `r${1_000_000 + this.#roots++}`); // one length for all
    await mkdir(root);
    await operations[name].prepare(root);
    return root;
  }
}

const rootsOf = ({ roots }: Operation, root: string) => roots.map((directory) => path.join(root, directory));

function threadOf({ thread }: SystemCall, pid: number): Point['thread'] {
  return Number(thread) === pid ? 'main' : 'pool';
}

/** The ways in which a call fails. */
function failures(calls: readonly SystemCall[], call: SystemCall): readonly Failure[] {
  const once = ERRNOS.map((errno) => ({
    what: `${errno} at`,
    errno,
    goesOn: false,
    injection: at(call, (when) => [`${call.name}:error=${errno}:when=${when}`]),
  }));
  if (!CAN_KEEP_FAILING.includes(call.name)) return once;
  const upToIt = calls.slice(0, calls.indexOf(call)).filter(({ thread }) => thread === call.thread);
  const inject = CAN_KEEP_FAILING.map((name): Injection => {
    const done = upToIt.filter((earlier) => earlier.name === name).length;
    return `${name}:error=EIO:when=${done + 1}+`;
  });
  const injection = at(call, () => inject);
  return [...once, { what: 'EIO from there on at', errno: 'EIO', goesOn: true, injection }];
}

/** Only of writes there are others than the operation's own. */
function at({ name, when }: SystemCall, injection: (when: number) => readonly Injection[]): Inject {
  return (offset) =>
    when + offset < 1 || (offset !== 0 && name !== 'write') ? undefined : injection(when + offset);
}

function describe({ what, as }: Point, wrong: readonly string[]): string {
  return `${what} ${as}: ${wrong.join('; ')}`;
}
