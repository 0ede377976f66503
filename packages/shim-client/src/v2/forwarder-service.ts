/** A container, by its names. */
export interface ContainerName {
  readonly namespace: string;
  readonly id: string;
}

// The two ends are of one version of this package, or nearly so: JSON is enough.
const json = <Message extends object>() => ({
  encode: (message: Message) => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
  decode: (bytes: Uint8Array): Message => JSON.parse(Buffer.from(bytes).toString()),
  fromPartial: (message: Message): Message => message,
});

const containerName = json<ContainerName>();
const nothing = json<Record<string, never>>();

/** What the forwarder of events answers beside the events service. */
export const ForwarderDefinition = {
  name: 'Forwarder',
  fullName: 'shimwright.events.v1.Forwarder',
  methods: {
    /** Answered once it was told that a container is deleted, and all that was told before is in the spool. */
    awaitDeletion: {
      name: 'AwaitDeletion',
      requestType: containerName,
      requestStream: false,
      responseType: nothing,
      responseStream: false,
    },
  },
} as const;
