import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atomicDelete, atomicMakeDirectory, hiddenPath } from '@shimwright/fs-atomic';
import { makeDirectories } from '@shimwright/linux-native';
import { hasCode, ImageError } from '../errors.ts';
import type { Descriptor } from '../layout/descriptor.ts';
import { makeStore } from '../layout/make-store.ts';
import type { StorePaths } from '../layout/store-paths.ts';
import { lockFile } from '../locks/file-lock.ts';
import { type StoreContext, whileHeld } from '../store-context.ts';
import { runTool } from '../tools/run-tool.ts';
import { toolFailure } from '../tools/tool-failure.ts';
import { type IdMappings, mappingsKey } from './id-mappings.ts';
import { openUp, sweepTrees } from './remove-tree.ts';

/** A tree to be there. */
export interface WantedTree {
  /** Where the blobs of the image are. */
  readonly blobs: string;
  readonly manifest: Descriptor;
  /** What errors call the image. */
  readonly image: string;
  readonly mappings: IdMappings;
  readonly limits: UnpackLimits;
}

/** How long unpacking may take. */
export interface UnpackLimits {
  readonly timeoutMs: number;
  /** How long umoci may do nothing at all. */
  readonly stallTimeoutMs: number;
}

/** How long unpacking may take where nobody says. */
export const UNPACK_LIMITS: UnpackLimits = { timeoutMs: 3_600_000, stallTimeoutMs: 60_000 };

/** The name of a tree: the digest of the manifest, and what else makes it differ. */
function treeName(manifest: string, mappings: IdMappings): string {
  const key = mappingsKey(mappings);
  const words = [
    manifest.slice('sha256:'.length),
    ...(isRootless() ? ['rootless'] : []),
    ...(key ? [key] : []),
  ];
  return words.join('-');
}

/** Where the files of a tree are. */
export function treeRootfs({ trees }: StorePaths, name: string): string {
  return path.join(trees, name, 'rootfs');
}

/** Whether files cannot be given to others, so that all of them are this user's. */
function isRootless(): boolean {
  return process.geteuid?.() !== 0;
}

/**
 * Unpacks an image unless it is unpacked; the tree appears whole or not at all.
 *
 * @param onUnpack called when it is not there yet.
 * @returns its name.
 */
export async function ensureTree(
  context: StoreContext,
  wanted: WantedTree,
  signal: AbortSignal,
  onUnpack?: () => void,
): Promise<string> {
  const { paths } = context;
  const name = treeName(wanted.manifest.digest, wanted.mappings);
  if (await isThere(path.join(paths.trees, name))) return name;
  await makeStore(paths);
  onUnpack?.();
  const lock = await lockFile(path.join(paths.locks, `tree-${name}`), signal);
  await whileHeld(lock, async () => {
    if (await isThere(path.join(paths.trees, name))) return;
    await sweepTrees(paths.trees).catch(() => {});
    await atomicMakeDirectory(
      path.join(paths.trees, name),
      (hidden) =>
        unpack(context, wanted, path.join(hidden, 'rootfs'), signal).catch(async (error: unknown) => {
          await openUp(hidden);
          throw error;
        }),
      { mode: 0o700, signal },
    ).catch((error: unknown) => {
      if (!hasCode(error, 'ERR_ATOMIC_EXISTS')) throw error;
    });
  });
  return name;
}

/** umoci reads a layout: one of this image alone, whose blobs are a link. */
async function unpack(
  { paths, umoci }: StoreContext,
  { blobs, manifest, image, mappings, limits }: WantedTree,
  rootfs: string,
  signal: AbortSignal,
): Promise<void> {
  const work = hiddenPath(paths.pulls, 'unpack');
  const layout = path.join(work.path, 'layout');
  try {
    await makeDirectories(layout, 0o700, 0o700);
    await mkdir(path.join(layout, 'blobs'));
    await symlink(path.resolve(blobs), path.join(layout, 'blobs', 'sha256'));
    await writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const annotations = { 'org.opencontainers.image.ref.name': 'image' };
    const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
    await writeFile(path.join(layout, 'index.json'), JSON.stringify(index));
    const end = await runTool({
      tool: 'umoci',
      command: umoci,
      args: ['raw', 'unpack', ...idArguments(mappings), '--image', 'layout:image', rootfs],
      cwd: work.path,
      env: { TMPDIR: work.path },
      signal,
      ...limits,
      activity: processorTime,
    });
    if (end.exitCode !== 0) throw toolFailure('umoci', end, image);
    if (!(await isThere(rootfs)))
      throw new ImageError('ERR_IMAGE_TOOL_FAILED', `${image}: umoci made nothing`, { image, tool: 'umoci' });
  } finally {
    await atomicDelete(work.path, { whenNotAtomic: 'remove' }).finally(() => work.release());
  }
}

/** How much a process has used, in ticks: what hangs uses none. See proc(5). */
async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user = 0, system = 0] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(user) + Number(system);
}

function idArguments({ uidMappings, gidMappings }: IdMappings): readonly string[] {
  if (isRootless()) return ['--rootless'];
  return [
    ...uidMappings.flatMap(({ containerID, hostID, size }) => [
      '--uid-map',
      `${containerID}:${hostID}:${size}`,
    ]),
    ...gidMappings.flatMap(({ containerID, hostID, size }) => [
      '--gid-map',
      `${containerID}:${hostID}:${size}`,
    ]),
  ];
}

async function isThere(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
