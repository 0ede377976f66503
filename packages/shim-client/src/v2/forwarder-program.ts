import { packagedFile } from '@shimwright/shim-host';

// What a call leaves behind is collected sooner: it would be 10 MiB before the first time otherwise.
const SMALL_YOUNG_SPACE = '--max-semi-space-size=1';

// Whoever is on this machine could look into a process that opens its debugger.
const NO_DEBUGGER = '--disable-sigusr1';

/** The arguments by which the Node that runs now starts the forwarder of this package; a spool comes after them. */
export function forwarderArguments(): readonly string[] {
  // While this package is developed, it runs from its sources.
  return import.meta.url?.endsWith('.ts')
    ? [NO_DEBUGGER, '--conditions=@shimwright/source', inThisPackage('forwarder/main.ts')]
    : [NO_DEBUGGER, SMALL_YOUNG_SPACE, inThisPackage('forward-events.cjs')];
}

const inThisPackage = (name: string) =>
  packagedFile({ package: '@shimwright/shim-client', name, moduleUrl: import.meta.url });
