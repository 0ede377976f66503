import { StateRequest } from '@shimwright/shim-api';
import { requestOf } from './server-bombs.ts';
import { StreamsDefinition } from './streams-service.ts';

const messageOf = (id: string) => Buffer.from(StateRequest.encode({ id }).finish());

/** Messages of the streams, among them an empty one and a large one. */
export const STREAM_MESSAGES: readonly Buffer[] = ['a', '', 'message', 'x'.repeat(5000)].map(messageOf);

/** Requests that open streams, with and without a first message. */
export const STREAM_REQUESTS: readonly Buffer[] = Object.values(StreamsDefinition.methods).flatMap(
  ({ name }) => ['', '3', '1000'].map((id) => requestOf(name, messageOf(id), StreamsDefinition.fullName)),
);
