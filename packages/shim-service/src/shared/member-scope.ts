import { AsyncLocalStorage } from 'node:async_hooks';

/** One of many in a process, which can be given up alone. */
export interface ScopeMember {
  /** Ends it, for whatever may have gone wrong in it, and nothing else. */
  giveUp(): void;
}

const scope = new AsyncLocalStorage<ScopeMember>();

/** Does something that concerns one member; whatever it sets off later counts as that member's too. */
export function inScopeOf<Result>(member: ScopeMember, work: () => Result): Result {
  return scope.run(member, work);
}

/** The same calls, each of which is work of one member. */
export function handlersInScopeOf<Handlers extends object>(
  member: ScopeMember,
  handlers: Handlers,
): Handlers {
  const scoped = Object.entries(handlers).map(([name, call]: [string, (...args: unknown[]) => unknown]) => [
    name,
    (...args: unknown[]) => inScopeOf(member, () => call(...args)),
  ]);
  return Object.fromEntries(scoped) as Handlers;
}

/** Whose work is being done now; undefined for what concerns no single one. */
export function memberAtWork(): ScopeMember | undefined {
  return scope.getStore();
}
