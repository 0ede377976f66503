import { readFileSync } from 'node:fs';
import {
  type Any,
  RuncCreateOptions as RuncCreateOptionsV1,
  RuncOptions as RuncOptionsV1,
} from '@shimwright/shim-api';
import { RuncOptions, RuntimeOptions } from '@shimwright/shim-api/task-v2';
import { TtrpcError } from '@shimwright/ttrpc';
import { type GroupKind, isGroupKind } from './group.ts';

/** How a container is to be run, and which process is to have its shim. */
export interface ShimOptions {
  /** What the stock shim is told too. */
  readonly runc: RuncOptions;
  /** Which containers share a process; undefined where it is not said. */
  readonly group: GroupKind | undefined;
}

const NONE: ShimOptions = { runc: RuncOptions.fromPartial({}), group: undefined };

type Decode = (bytes: Uint8Array) => Partial<RuncOptions>;

/**
 * The messages that have runc's options. Those of runtime v1 come from the clients of containerd 1.x for a container with a user
 * namespace: to a runtime whose name is not runc's, they tell in such a message who is to own the stdio.
 */
const RUNC_MESSAGES: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['containerd.runc.v1.Options', RuncOptions.decode],
  [
    'containerd.linux.runc.CreateOptions',
    (bytes) => {
      const { noPivotRoot, noNewKeyring, shimCgroup, ioUid, ioGid, criuImagePath, criuWorkPath } =
        RuncCreateOptionsV1.decode(bytes);
      return { noPivotRoot, noNewKeyring, shimCgroup, ioUid, ioGid, criuImagePath, criuWorkPath };
    },
  ],
  [
    'containerd.linux.runc.RuncOptions',
    (bytes) => {
      const { runtime, runtimeRoot, criuPath, systemdCgroup } = RuncOptionsV1.decode(bytes);
      return { binaryName: runtime, root: runtimeRoot, criuPath, systemdCgroup };
    },
  ],
]);

/**
 * Reads the options of a runtime: runc's own, of task v2 or of runtime v1, or those that containerd gives a runtime it does not
 * know, whose body, or the file that it names, is TOML or JSON with the names of runc's, and `group`.
 *
 * @throws {TtrpcError} `INVALID_ARGUMENT` for what is neither, a file that cannot be read, or a value of the wrong type.
 */
export async function shimOptions(packed: Any | undefined): Promise<ShimOptions> {
  const type = packed?.typeUrl.split('/').at(-1) ?? '';
  if (!packed || type === '') return NONE;
  try {
    const decode = RUNC_MESSAGES.get(type);
    if (decode) return { ...NONE, runc: RuncOptions.fromPartial(decode(packed.value)) };
    if (type === 'runtimeoptions.v1.Options') return await fromBody(RuntimeOptions.decode(packed.value));
  } catch (cause) {
    if (cause instanceof TtrpcError) throw cause;
    throw invalid(
      `the options cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  throw invalid(`options of ${type} are not for this runtime`);
}

async function fromBody({ configBody, configPath }: RuntimeOptions): Promise<ShimOptions> {
  const text = configBody.length > 0 ? Buffer.from(configBody).toString() : contentOf(configPath);
  if (text.trim() === '') return NONE;
  return fromTable(await parsed(text));
}

function contentOf(file: string): string {
  return file === '' ? '' : readFileSync(file, 'utf8');
}

async function parsed(text: string): Promise<Readonly<Record<string, unknown>>> {
  // The first of JSON is never the first of TOML: a table begins there with [, and a key with neither.
  if (text.trimStart().startsWith('{')) return JSON.parse(text) as Record<string, unknown>;
  const { parse } = await import('smol-toml');
  return parse(text);
}

/** The fields of runc's options by their names without case and underscores: configurations write `BinaryName`. */
const FIELDS = new Map(
  Object.entries(RuncOptions.fromPartial({})).map(([name, value]) => [
    nameOf(name),
    { name, type: typeof value },
  ]),
);

/** How other versions of containerd call some of them. */
const OTHER_NAMES = new Map([
  ['runtime', 'binaryname'],
  ['runtimeroot', 'root'],
]);

function fromTable(table: Readonly<Record<string, unknown>>): ShimOptions {
  const runc: Record<string, unknown> = {};
  let group: GroupKind | undefined;
  for (const [key, value] of Object.entries(table)) {
    const name = OTHER_NAMES.get(nameOf(key)) ?? nameOf(key);
    if (name === 'group') {
      if (!isGroupKind(value))
        throw invalid(`group = ${JSON.stringify(value)} is none of namespace, pod and container`);
      group = value;
      continue;
    }
    const field = FIELDS.get(name);
    if (!field) throw invalid(`there is no option ${key}`);
    if (typeof value !== field.type) throw invalid(`the option ${key} must be a ${field.type}`);
    runc[field.name] = value;
  }
  return { runc: RuncOptions.fromPartial(runc), group };
}

function nameOf(key: string): string {
  return key.replaceAll('_', '').toLowerCase();
}

function invalid(message: string, cause?: unknown): TtrpcError {
  return TtrpcError.status('INVALID_ARGUMENT', message, { cause });
}
