import type { ExitStatus, ProcessIdentity } from '@shimwright/linux-native';

/** How many exits that nobody has asked for yet are remembered. */
const MAX_EXITS = 4096;

/** Who reaps the processes of an earlier shim, and tells how they ended. */
let teller: number | undefined;
const exits = new Map<string, ExitStatus>();

/** Knows of a process that tells how its children ended, for as long as it lives; undefined for none any more. */
export function setTeller(pid: number | undefined): void {
  teller = pid;
}

/** The process that tells how its children ended. */
export function currentTeller(): number | undefined {
  return teller;
}

/** Takes what was told of the end of a process. */
export function noteToldExit(process: ProcessIdentity, exit: ExitStatus): void {
  exits.set(keyOf(process), exit);
  const [oldest] = exits.keys();
  if (exits.size > MAX_EXITS && oldest !== undefined) exits.delete(oldest);
}

/** How a process ended, where that was told. */
export function toldExit(process: ProcessIdentity): ExitStatus | undefined {
  return exits.get(keyOf(process));
}

function keyOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid} ${startTime}`;
}
