import { programArguments } from '@shimwright/shim-host';

// What a call leaves behind is collected sooner: it would be 10 MiB before the first time otherwise.
const SMALL_YOUNG_SPACE = '--max-semi-space-size=1';

/** The arguments by which the Node that runs now starts the forwarder of this package; a spool comes after them. */
export function forwarderArguments(): readonly string[] {
  return programArguments({
    package: '@shimwright/shim-client',
    name: 'forward-events.cjs',
    source: 'forwarder/main.ts',
    moduleUrl: import.meta.url,
    flags: [SMALL_YOUNG_SPACE],
  });
}
