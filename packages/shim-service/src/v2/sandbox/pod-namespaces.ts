import { PodSandboxConfig } from '@shimwright/shim-api/sandbox';
import { TtrpcError } from '@shimwright/ttrpc';

/** What the containers of a pod share, as whoever asked for it has it. */
export interface PodNamespaces {
  /** The path of its network namespace; empty for the host's. */
  readonly netns: string;
  /** Whether it has a host name of its own. */
  readonly hasUts: boolean;
  /** Whether it has shared memory and queues of its own. */
  readonly hasIpc: boolean;
  /** Whether its containers share one namespace of processes. */
  readonly hasPid: boolean;
  readonly hostname: string;
  /** Settings of its kernel: the path below `/proc/sys`, and the value. */
  readonly sysctls: readonly (readonly [string, string])[];
}

/** CRI's `NamespaceMode`: whose namespace it is. */
const MODES = { pod: 0, node: 2 } as const;

const TYPE = 'runtime.v1.PodSandboxConfig';

/** Those that an ipc namespace has. All others but those of the network are the host's. */
const OF_IPC = /^(kernel\/(msg(max|mnb|mni)|sem|shm(all|max|mni|_rmid_forced))|fs\/mqueue\/[\w-]+)$/;

/**
 * The options of a sandbox; the defaults of CRI where there are none.
 *
 * @throws {TtrpcError} `INVALID_ARGUMENT` for options of another kind.
 */
export function podConfig(
  options: { readonly typeUrl: string; readonly value: Uint8Array } | undefined,
): PodSandboxConfig | undefined {
  if (!options || options.typeUrl === '') return undefined;
  const type = options.typeUrl.split('/').at(-1);
  if (type !== TYPE) throw invalid(`options of ${type} are not for a sandbox, but those of ${TYPE} are`);
  return PodSandboxConfig.decode(options.value);
}

/**
 * Which namespaces a pod has.
 *
 * @throws {TtrpcError} `UNIMPLEMENTED` for a user namespace; `INVALID_ARGUMENT` for a setting that would be the host's.
 */
export function podNamespaces(config: PodSandboxConfig | undefined, netns: string): PodNamespaces {
  const { namespaceOptions } = config?.linux?.securityContext ?? {};
  if (namespaceOptions?.usernsOptions?.mode === MODES.pod) {
    const words =
      'a sandbox with a user namespace of its own needs a pause container: use the sandboxer podsandbox';
    throw TtrpcError.status('UNIMPLEMENTED', words);
  }
  const hasNetwork = netns !== '';
  const hasIpc = namespaceOptions?.ipc !== MODES.node;
  const sysctls = Object.entries(config?.linux?.sysctls ?? {}).map(([name, value]) => {
    const setting = name.includes('/') ? name : name.replaceAll('.', '/');
    const isOwn = /^net\/[\w/.-]+$/.test(setting) ? hasNetwork : OF_IPC.test(setting) && hasIpc;
    if (!isOwn || setting.includes('..'))
      throw invalid(`sysctl ${name} is not that of a pod, but the host's`);
    return [setting, value] as const;
  });
  return {
    netns,
    hasUts: hasNetwork,
    hasIpc,
    hasPid: namespaceOptions?.pid === MODES.pod,
    hostname: hasNetwork ? (config?.hostname ?? '') : '',
    sysctls,
  };
}

function invalid(words: string): TtrpcError {
  return TtrpcError.status('INVALID_ARGUMENT', words);
}
