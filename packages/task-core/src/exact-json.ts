/**
 * A value from JSON in which a whole number that a `number` would round is a bigint, as `OciRuntime` takes it: those of 64
 * bits reach the runtime as they are.
 *
 * @throws {SyntaxError} for anything that is no JSON.
 */
export function parseExactly(text: string): unknown {
  return (JSON.parse as ParseWithSource)(text, (_key, value, { source }) =>
    typeof value === 'number' &&
    !Number.isSafeInteger(value) &&
    source !== undefined &&
    /^-?\d+$/.test(source)
      ? BigInt(source)
      : value,
  );
}

// ECMAScript's "JSON.parse source text access", which Node has since 21, and TypeScript's library has not.
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;
