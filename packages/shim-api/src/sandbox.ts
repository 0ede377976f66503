/// <reference types="node" preserve="true" />
// The entry `@shimwright/shim-api/sandbox`.
import type { ServiceClient, ServiceHandlers } from '@shimwright/ttrpc';
import type { SandboxDefinition } from './gen/containerd/sandbox.ts';

export {
  CreateSandboxRequest,
  CreateSandboxResponse,
  Metric,
  PingRequest,
  PingResponse,
  Platform,
  PlatformRequest,
  PlatformResponse,
  SandboxDefinition,
  SandboxMetricsRequest,
  SandboxMetricsResponse,
  SandboxStatusRequest,
  SandboxStatusResponse,
  ShutdownSandboxRequest,
  ShutdownSandboxResponse,
  StartSandboxRequest,
  StartSandboxResponse,
  StopSandboxRequest,
  StopSandboxResponse,
  UpdateSandboxRequest,
  UpdateSandboxResponse,
  WaitSandboxRequest,
  WaitSandboxResponse,
} from './gen/containerd/sandbox.ts';
export {
  DNSConfig,
  LinuxPodSandboxConfig,
  LinuxSandboxSecurityContext,
  NamespaceOption,
  PodSandboxConfig,
  UserNamespace,
} from './gen/kubernetes/cri.ts';

/** The 9 calls of a sandbox, each to a promise of its response. */
export type SandboxService = ServiceClient<typeof SandboxDefinition>;

/** What answers the 9 calls. */
export type SandboxHandlers = ServiceHandlers<typeof SandboxDefinition>;
