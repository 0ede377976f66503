import type { Operation } from './operations.ts';
import { isAt, isHidden, partOf, type Snapshot, visible } from './snapshot.ts';
import type { Outcome, Report } from './subject.ts';

/** What was there when, and what should have come of it. */
export interface Found {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly found: Snapshot;
}

/** A failure, too. */
export interface FoundFailure extends Found {
  readonly root: string;
  readonly errno: string;
  readonly outcome: Outcome;
  /** Whether all that came after the call failed as well. */
  readonly goesOn: boolean;
  /** What was there before the process swept. */
  readonly left: Snapshot;
}

/** What is wrong after the process was killed: each unit must be as before or as afterwards, all else as before. */
export function killProblems(operation: Operation, { before, after, found }: Found): string[] {
  return [
    ...unitProblems(operation, { before, after, found: visible(found) }),
    ...otherProblems(operation, { before, after, found: visible(found) }),
  ];
}

/** What is wrong after a call failed, and what that left was swept. */
export function failureProblems(operation: Operation, facts: FoundFailure): string[] {
  const { before, after, found, left, outcome, errno, goesOn } = facts;
  if (outcome.endedBy !== undefined) return [`the process was ended by ${outcome.endedBy}`];
  const states = { before, after, found };
  const hidden = [...found.keys()].filter(isHidden).filter((at) => !before.has(at));
  return [
    ...(outcome.error ? errorProblems(operation, facts, outcome.error) : []),
    ...hidden.map((at) => `a sweep leaves ${at}`),
    ...unitProblems(operation, { before, after, found: visible(left) }),
    ...(outcome.error && operation.failed === 'before' ? harmProblems(operation, states, goesOn) : []),
    ...(outcome.error ? [] : unfinishedProblems(operation, states, errno)),
    ...otherProblems(operation, { before, after, found: visible(found) }),
  ];
}

/** What is wrong in the end, when one has gone on as if nothing had happened, and all that was left was swept. */
export function finalProblems(
  { gone = [], parents = [] }: Operation,
  { after, found }: Pick<Found, 'after' | 'found'>,
  foreign: readonly string[] = [],
): string[] {
  const expected = new Map([...after].filter(([at]) => !gone.some((unit) => isAt(at, unit))));
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter((at) => found.get(at) !== expected.get(at) && !foreign.includes(at))
    .filter((at) => found.has(at) || !parents.includes(at))
    .map((at) => `in the end, ${at} is ${found.get(at)}, not ${expected.get(at)}`);
}

/** It must tell what the system said, and about which of the paths that the caller knows. */
function errorProblems(
  { tellsHidden, startsProcesses }: Operation,
  { errno, root }: FoundFailure,
  error: Report,
): string[] {
  const all = withCauses(error);
  const wrong: string[] = [];
  if (!all.some(({ code }) => code === errno)) wrong.push(`the error has no ${errno}: ${show(error)}`);
  const about = all.find(({ path }) => path !== undefined)?.path;
  if (about === undefined) wrong.push(`the error has no path: ${show(error)}`);
  // What a process is like is told by the system's own files.
  else if (!(about.startsWith(root) || (startsProcesses && isOfProcess(about))) || isHidden(about))
    wrong.push(`the error is about ${about}: ${show(error)}`);
  if (isHidden(error.message) && !tellsHidden)
    wrong.push(`the message names what the caller does not know: ${error.message}`);
  return wrong;
}

function isOfProcess(about: string): boolean {
  return (
    /^\/proc\/(?:self|\d+)\/[a-z_]+$/.test(about) ||
    ['/usr/bin/containerd-shim', process.execPath].includes(about)
  );
}

function withCauses(error: Report): Report[] {
  return [error, ...error.causes.flatMap(withCauses)];
}

function show({ name, message, code }: Report): string {
  return `${name} ${code} ${message}`;
}

function unitProblems(operation: Operation, { before, after, found }: Found): string[] {
  return operation.units
    .filter((unit) => !isGoneWithReason(operation, unit, found))
    .filter((unit) => ![before, after].some((state) => isSame(partOf(state, unit), partOf(found, unit))))
    .map((unit) => `${unit} is neither as before nor as afterwards: ${list(partOf(found, unit))}`);
}

function isGoneWithReason({ stale = [] }: Operation, unit: string, found: Snapshot): boolean {
  return stale.includes(unit) && partOf(found, unit).size === 0;
}

function harmProblems(
  { units, orphans = [] }: Operation,
  { before, found }: Found,
  goesOn: boolean,
): string[] {
  return units
    .filter((unit) => !goesOn || !orphans.includes(unit))
    .filter((unit) => !isSame(partOf(before, unit), partOf(found, unit)))
    .map((unit) => `the call failed, and ${unit} is not as before: ${list(partOf(found, unit))}`);
}

function unfinishedProblems(
  { units, foreign = [] }: Operation,
  { after, found }: Found,
  errno: string,
): string[] {
  return units
    .filter((unit) => errno !== 'EACCES' || !foreign.includes(unit))
    .filter((unit) => !isSame(partOf(after, unit), partOf(found, unit)))
    .map((unit) => `the call succeeded, and ${unit} is not as it should be: ${list(partOf(found, unit))}`);
}

function otherProblems(
  { units, parents = [], debris = [] }: Operation,
  { before, after, found }: Found,
): string[] {
  const keys = new Set([...visible(before).keys(), ...found.keys()]);
  return [...keys]
    .filter((at) => ![...units, ...debris].some((unit) => isAt(at, unit)))
    .filter((at) => found.get(at) !== before.get(at))
    .filter((at) => !parents.includes(at) || found.get(at) !== after.get(at))
    .map((at) => `${at} was ${before.get(at)} and is ${found.get(at)}`);
}

function isSame(one: Snapshot, other: Snapshot): boolean {
  return one.size === other.size && [...one].every(([at, what]) => other.get(at) === what);
}

function list(part: Snapshot): string {
  return part.size === 0
    ? 'nothing'
    : [...part].map(([at, what]) => `${at} (${what.slice(0, 60)})`).join(', ');
}
