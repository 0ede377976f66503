/**
 * Names that JavaScript itself calls on any object: `await` calls `then`, `JSON.stringify` calls `toJSON`, a template calls
 * `toString`. A client with such a method would make an RPC by being awaited or logged, or would never resolve. protobuf-es
 * marks its names in the same way.
 */
const RESERVED = ['constructor', 'then', 'toJSON', 'toString', 'valueOf'] as const;

/** A method name that JavaScript itself calls on any object. */
export type ReservedName = (typeof RESERVED)[number];

/** The name by which a client has a method: that of the descriptor, with a `$` behind a {@link ReservedName}. */
export type CallName<Name> = Name extends ReservedName ? `${Name}$` : Name;

/** The name by which a client has the method. */
export function callNameOf(name: string): string {
  return (RESERVED as readonly string[]).includes(name) ? `${name}$` : name;
}
