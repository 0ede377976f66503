import path from 'node:path';
import { execa } from 'execa';
import { buildGo } from '../go.ts';

/** One message, as containerd's own Go types write it. */
interface GoldenMessage {
  /** The name of its type, for example `containerd.events.TaskExit`. */
  readonly type: string;
  /** What is special about it. */
  readonly case: string;
  /** Its bytes, in hex. */
  readonly hex: string;
}

/** A value, as containerd's typeurl packs it. */
interface GoldenPacked {
  /** Which value it is. */
  readonly case: string;
  /** What typeurl calls its type. */
  readonly typeUrl: string;
  /** Its bytes, in hex. */
  readonly value: string;
}

/** A message with a value in each field, or in every other one. */
interface GoldenFilled extends GoldenMessage {
  /** The same as JSON, with the fields' names in the .proto file; numbers are as Go writes them. */
  readonly json: unknown;
}

/** What Go makes of two filled messages of one type, one behind the other. */
interface GoldenMerged {
  /** The name of their type. */
  readonly type: string;
  /** Their cases. */
  readonly cases: readonly [first: string, second: string];
  /** What it writes, in hex. */
  readonly hex: string;
}

/** The content of packages/shim-api/test/golden.json. */
export interface Golden {
  /** What we write and read alike. */
  readonly messages: readonly GoldenMessage[];
  /** What we only read. */
  readonly readOnly: readonly GoldenMessage[];
  /** What travels in an `Any`. */
  readonly packed: readonly GoldenPacked[];
  /** Every type of containerd 1.6, with each of its fields. */
  readonly filled: readonly GoldenFilled[];
  /** The same types, merged. */
  readonly merged: readonly GoldenMerged[];
}

/**
 * What containerd's own code writes now. To record it anew:
 *
 *     node tools/shim-api/golden.ts > packages/shim-api/test/golden.json
 *
 * Numbers beyond 2⁵³ are text in it, so that `JSON.parse` does not round them.
 */
export async function golden(): Promise<Golden> {
  const { stdout } = await execa(await buildGo(path.join(import.meta.dirname, 'go-golden')));
  return JSON.parse(stdout.replaceAll(/(?<=[:[,])\d{16,}(?=[,\]}])/g, '"$&"'));
}

if (import.meta.main) console.log(JSON.stringify(await golden(), null, 2));
