import path from 'node:path';
import type { RegisteredShim } from '@shimwright/shim-host';
import { DEFAULT_RUNTIME_ROOT } from '../v1/requests.ts';
import type { RegisteredBundle, RegisteredProcess } from './registered-process.ts';

/** A process as registers of format 1 have it, where that differs. */
interface FirstProcess {
  readonly container?:
    | { readonly bundle: string; readonly rootfs: string; readonly runtime: string }
    | undefined;
  readonly exec?: { readonly spec: unknown; readonly isStarted: boolean } | undefined;
}

/** What a register says, in the terms of today, whichever version wrote it. */
export function inFormatOfToday(bundle: RegisteredBundle): RegisteredBundle {
  if (bundle.format !== 1) return bundle;
  const containerId = bundle.processes.find(({ container }) => container)?.id ?? '';
  const processes = bundle.processes.map((process) => fromFirst(process, containerId, bundle.shim));
  return { ...bundle, processes };
}

/** Format 1 named a process by one id, the runtime by its program alone, and kept what an exec runs as an object. */
function fromFirst(
  registered: RegisteredProcess,
  containerId: string,
  shim: RegisteredShim,
): RegisteredProcess {
  const { container: _, exec: __, ...process } = registered;
  const { container, exec } = registered as unknown as FirstProcess;
  return {
    ...process,
    containerId,
    execId: process.id === containerId ? '' : process.id,
    container: container && {
      ...container,
      runtime: {
        command: container.runtime,
        root: path.join(shim.runtimeRoot || DEFAULT_RUNTIME_ROOT, shim.namespace),
        ...{ systemdCgroup: shim.systemdCgroup, criu: shim.criu },
      },
      // It did not say; neither costs more than a moment.
      ...{ isSlowToUnmount: true, sharesPids: true },
    },
    exec: exec && { isStarted: exec.isStarted, spec: JSON.stringify(exec.spec) },
  };
}
