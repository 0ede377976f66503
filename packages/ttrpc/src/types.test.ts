import { expectTypeOf, test } from 'vitest';
import type { streams, Text, textCodec } from '../test/fixtures/streams.ts';
import type { MessageInit, MessageStream, ServiceClient, ServiceHandlers } from './index.ts';

interface Inner {
  readonly a: number;
}

interface Message {
  readonly name: string;
  readonly inner: Inner | undefined;
  readonly list: Inner[];
  readonly bytes: Uint8Array;
  readonly date: Date | undefined;
  readonly oneof?: { $case: 'left'; left: Inner } | { $case: 'right'; right: string } | undefined;
}

// As ts-proto generates it by default.
type DeepPartial<T> = T extends Uint8Array | Date | string | number | undefined
  ? T
  : { [K in keyof T]?: DeepPartial<T[K]> };
type Exact<P, I extends P> = P extends Uint8Array | Date | string | number | undefined
  ? P
  : P & { [K in keyof P]: Exact<P[K], I[K]> } & { [K in Exclude<keyof I, keyof P>]: never };
interface ExactFns<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  fromPartial<I extends Exact<DeepPartial<T>, I>>(object: I): T;
}

test('a message may be given in part, to codecs with exact types, too', () => {
  type Init = MessageInit<ExactFns<Message>>;
  expectTypeOf<{ name: string }>().toExtend<Init>();
  expectTypeOf<{ inner: { a: number }; list: { a?: number }[]; bytes: Buffer }>().toExtend<Init>();
  expectTypeOf<{ oneof: { $case: 'left'; left: { a?: number } } }>().toExtend<Init>();
  expectTypeOf<Message>().toExtend<Init>();
  expectTypeOf<{ name: number }>().not.toExtend<Init>();
  expectTypeOf<{ inner: { a: string } }>().not.toExtend<Init>();
  expectTypeOf<{ oneof: { $case: 'none' } }>().not.toExtend<Init>();
  // biome-ignore lint/complexity/noBannedTypes: the init of a message without fields
  expectTypeOf<{}>().toExtend<MessageInit<ExactFns<Record<never, never>>>>();
  expectTypeOf<MessageInit<typeof textCodec>>().toEqualTypeOf<Partial<Text>>();
});

test('calls and handlers have streams where the methods have', () => {
  type Client = ServiceClient<typeof streams>;
  expectTypeOf<ReturnType<Client['say']>>().toEqualTypeOf<Promise<Text>>();
  expectTypeOf<ReturnType<Client['count']>>().toEqualTypeOf<MessageStream<Text>>();
  expectTypeOf<AsyncGenerator<Text>>().toExtend<Parameters<Client['join']>[0]>();
  expectTypeOf<Text>().not.toExtend<Parameters<Client['join']>[0]>();
  type Handlers = ServiceHandlers<typeof streams>;
  expectTypeOf<Parameters<Handlers['echo']>[0]>().toEqualTypeOf<MessageStream<Text>>();
  expectTypeOf<AsyncGenerator<{ text: string }>>().toExtend<ReturnType<Handlers['count']>>();
  expectTypeOf<Text>().not.toExtend<ReturnType<Handlers['count']>>();
});
