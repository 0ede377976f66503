import { connectTo } from '../with-connect.ts';
import { deleteTask } from './delete-task.ts';
import { EventsLink } from './events-link.ts';
import { prepareEventsPlaceOf } from './events-place.ts';
import { taskConnection } from './running-task-shim.ts';
import type { TaskConfig } from './task-config.ts';
import type { TaskOpt } from './task-connection.ts';
import { loadEndpoint, loadEventsSocket } from './task-files.ts';

/** How {@link withTaskConnect} reaches a shim. */
export interface TaskConnectOptions {
  /** Called once, when the connection has ended, whichever side ended it. */
  readonly onClose?: () => void;
}

/**
 * Connects to the shim that runs for the bundle. Its address is in the bundle's `bootstrap.json`, as with containerd 2, or in
 * `address`. If the process that takes its events has died, it is started anew.
 *
 * The `TaskOpt` rejects with a `ShimClientError`: `ERR_SHIM_UNREACHABLE` if nobody listens or there is no address, `ERR_SHIM_ADDRESS`
 * if the socket belongs to a user other than this one and root, `ERR_SHIM_BOOTSTRAP` if the address cannot be read, and
 * `ERR_SHIM_PROTOCOL` if the shim speaks another protocol.
 */
export function withTaskConnect(options: TaskConnectOptions = {}): TaskOpt {
  return async (config, signal) => {
    const endpoint = loadEndpoint(config.path);
    const client = await connectTo(endpoint.address, signal);
    try {
      const link = await linkOf(config);
      if (options.onClose) client.closed.then(options.onClose);
      const cleanUp = (abort?: AbortSignal) => deleteTask(config, abort && { signal: abort });
      return taskConnection({ config, endpoint, client, link, log: undefined, cleanUp });
    } catch (error) {
      await client.close();
      throw error;
    }
  };
}

async function linkOf({ path }: TaskConfig): Promise<EventsLink | undefined> {
  const socket = loadEventsSocket(path);
  return socket === undefined ? undefined : EventsLink.of(prepareEventsPlaceOf(socket), path);
}
