import type { MessageCodec } from '@shimwright/ttrpc';

/** A message that is JSON on the wire: it goes between our own processes only, and seldom. */
export function jsonCodec<Message>(): MessageCodec<Message> & { fromPartial(message: Message): Message } {
  return {
    encode: (message) => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
    decode: (bytes) => (bytes.length === 0 ? {} : JSON.parse(Buffer.from(bytes).toString())),
    fromPartial: (message) => message,
  };
}
