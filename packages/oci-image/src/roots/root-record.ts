import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { badArgument, hasCode, ImageError } from '../errors.ts';
import { isDigest } from '../layout/descriptor.ts';
import { isObject, parseJson } from '../layout/json.ts';
import { readText } from '../layout/read-text.ts';

/** How the root of a container is kept apart from its image. */
export type RootKind = 'overlay' | 'copy';

/** What a store knows of the root of a container. */
export interface RootRecord {
  readonly id: string;
  /** The name of the image when it was made. */
  readonly image: string;
  /** The digest of its manifest. */
  readonly digest: string;
  /** The name of its tree. */
  readonly tree: string;
  readonly kind: RootKind;
  /** How much the container may write; undefined where nothing limits it. */
  readonly writableBytes: number | undefined;
}

// containerd's rules for an id, which is a name of a directory here.
const ID = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const MAX_ID = 76;
const TREE = /^[0-9a-f]{64}(?:-[a-z0-9]+)*$/;

/** @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function checkedId(id: unknown): string {
  if (typeof id === 'string' && id.length <= MAX_ID && ID.test(id)) return id;
  throw badArgument(
    `the id of a container must be ASCII letters and digits, with single ".", "_" or "-" between them, at most ${MAX_ID} characters`,
  );
}

/** The record's file in the directory of a root. */
export const RECORD = 'root.json';

/** The record of a root; undefined where there is no root of that id. @throws {ImageError} `ERR_IMAGE_STORE`. */
export async function readRecord(roots: string, id: string): Promise<RootRecord | undefined> {
  const file = path.join(roots, id, RECORD);
  const text = await readText(file).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR')) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const record = parseJson(text);
  if (!isObject(record)) throw damaged(file);
  const { image, digest, tree, kind, writableBytes } = record;
  if (typeof image !== 'string' || !isDigest(digest) || typeof tree !== 'string' || !TREE.test(tree))
    throw damaged(file);
  if (kind !== 'overlay' && kind !== 'copy') throw damaged(file);
  return {
    id,
    image,
    digest,
    tree,
    kind,
    writableBytes: typeof writableBytes === 'number' ? writableBytes : undefined,
  };
}

/** The records of all roots, in the order of their ids. */
export async function readRecords(roots: string): Promise<readonly RootRecord[]> {
  const names = await readdir(roots).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  const records = await Promise.all(
    names
      .filter((name) => ID.test(name))
      .sort()
      .map((id) => readRecord(roots, id)),
  );
  return records.filter((record) => record !== undefined);
}

function damaged(file: string): ImageError {
  return new ImageError('ERR_IMAGE_STORE', `${file} is no record of a root`, { path: file });
}
