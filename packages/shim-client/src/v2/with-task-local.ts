import { TaskV2Definition } from '@shimwright/shim-api/task-v2';
import { inProcess } from '@shimwright/ttrpc';
import type { TaskConfig } from './task-config.ts';
import type { LocalTaskShim, TaskOpt } from './task-connection.ts';

const SIGKILL = 9;

/** Makes the shim of one bundle; rejects with the signal's reason, and undoes its work, on an abort. */
export type CreateTaskShim = (config: TaskConfig, signal?: AbortSignal) => Promise<LocalTaskShim>;

/**
 * Serves the bundle within this process, without a socket or another process. Calls have deadlines, aborts and status errors, as over
 * a connection. Closing such a shim ends it. There is no program that could clean up, so `deleteShim` kills and deletes the container
 * by calls, and then closes the shim.
 */
export function withTaskLocal(create: CreateTaskShim): TaskOpt {
  return async (config, signal) => {
    const local = await create(config, signal);
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= local.close();
      return closed;
    };
    const service = inProcess(TaskV2Definition, local.handlers);
    const cleanUp = async () => {
      const { id } = config;
      await service.kill({ id, signal: SIGKILL, all: true }).catch(() => {}); // it may have ended
      await service.wait({ id });
      const deleted = await service.delete({ id });
      await close();
      return deleted;
    };
    return { service, stop: close, kill: close, cleanUp, close };
  };
}
