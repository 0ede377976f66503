import { DeleteRequest, DeleteResponse } from '@shimwright/shim-api/task-v2';
import type { MessageCodec } from '@shimwright/ttrpc';

type Codec<Message> = MessageCodec<Message>;

/**
 * What the process of a group answers beside the task service: `delete` of this package asks it to give a container up, whatever
 * its state. The messages are those of `Delete`.
 */
export const GroupDefinition = {
  name: 'Group',
  fullName: 'shimwright.shim.v2.Group',
  methods: {
    giveUp: {
      name: 'GiveUp',
      requestType: DeleteRequest as Codec<DeleteRequest>,
      requestStream: false,
      responseType: DeleteResponse as Codec<DeleteResponse>,
      responseStream: false,
    },
  },
} as const;
