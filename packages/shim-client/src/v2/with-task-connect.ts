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
  /** Called once, when the connection has ended, whoever ended it. */
  readonly onClose?: () => void;
}

/**
 * Connects to the shim that runs for the bundle, at the address that is noted there: in `bootstrap.json`, as containerd 2 does, or
 * in `address`. What takes its events is started anew if it has died.
 *
 * The `TaskOpt` rejects at once where nobody listens, or nothing is noted, with `ERR_SHIM_UNREACHABLE`; with `ERR_SHIM_ADDRESS` for
 * a socket that belongs to another user than this one and root; with `ERR_SHIM_BOOTSTRAP` or `ERR_SHIM_PROTOCOL` for a note that
 * says nothing, or of a protocol that is not spoken here.
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
