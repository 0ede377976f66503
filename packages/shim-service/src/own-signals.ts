// All that would end a process by default and says nothing that concerns a shim: who starts one has ended (HUP), or somebody
// meant another program. USR1 would open Node's debugger, to whoever is on this machine.
const MEANINGLESS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGPIPE'] as const;

/** Ends this process by what asks it to end, and by no other signal. Its containers go on. */
export function takeSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  ignoreSignals();
}

/** Ends this process by none of the signals that say nothing to it. */
export function ignoreSignals(): void {
  for (const signal of MEANINGLESS) process.on(signal, () => {});
}
