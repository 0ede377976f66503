import { cleanEnvironment } from '@shimwright/shim-host';
import type { TaskConfig } from './task-config.ts';

/** What a shim's program is told by flags and environment, for each of its commands. */
export interface ShimCommand {
  readonly config: TaskConfig;
  /** The socket that takes events: `TTRPC_ADDRESS`. */
  readonly eventsAddress: string;
  readonly daemonAddress: string;
  readonly publisher: string;
  readonly debug: boolean;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The flags of a command of a shim of runtime v2; see `containerd-shim-runc-v2 -h`. */
export function taskShimArguments(
  command: 'start' | 'delete',
  { config, daemonAddress, publisher, debug }: ShimCommand,
): string[] {
  return [
    ...['-namespace', config.namespace],
    ...['-address', daemonAddress],
    ...['-publish-binary', publisher],
    ...['-id', config.id],
    ...(command === 'delete' ? ['-bundle', config.path] : []),
    ...(debug ? ['-debug'] : []),
    command,
  ];
}

/** Its environment: that of containerd 1.6 to 2.3. */
export function taskShimEnvironment({
  config,
  eventsAddress,
  daemonAddress,
  env,
}: ShimCommand): Record<string, string> {
  return {
    ...cleanEnvironment(),
    TTRPC_ADDRESS: eventsAddress,
    GRPC_ADDRESS: daemonAddress,
    NAMESPACE: config.namespace,
    MAX_SHIM_VERSION: '2', // what each containerd says, whatever it takes
    GOMAXPROCS: '2', // a shim has little to do at a time
    SHIMWRIGHT_NODE: process.execPath, // for our own shim, which a Node of another version may not run
    ...ownVariables(),
    ...env,
  };
}

/** What this process is told about our own shim. */
function ownVariables(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && /^SHIMWRIGHT_(?!STDIN$)/.test(entry[0]),
  );
  return Object.fromEntries(own);
}
