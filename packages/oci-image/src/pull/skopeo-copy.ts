import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectories } from '@shimwright/linux-native';
import { ImageError } from '../errors.ts';
import { type Descriptor, isDescriptor } from '../layout/descriptor.ts';
import { isObject, parseJson } from '../layout/json.ts';
import { readText } from '../layout/read-text.ts';
import type { StoreContext } from '../store-context.ts';
import { runTool, type ToolRun } from '../tools/run-tool.ts';
import { toolFailure } from '../tools/tool-failure.ts';
import { writeAuthFile } from './auth-file.ts';
import type { PullRequest } from './pull-options.ts';

/** The layout below the directory of a pull, and the name of its one image: no path of a store is part of skopeo's syntax. */
export const LAYOUT = 'layout';
const IMAGE = 'image';

/**
 * Copies an image into the layout below `work`, which may have some of its blobs already.
 *
 * @returns its manifest.
 * @throws {ImageError} whatever skopeo's failure means.
 */
export async function skopeoCopy(
  { skopeo }: StoreContext,
  request: PullRequest,
  work: string,
  signal: AbortSignal,
  watch: Pick<ToolRun, 'activity' | 'isWatched'>,
): Promise<Descriptor> {
  const { reference, credentials, timeoutMs, stallTimeoutMs } = request;
  const temporary = path.join(work, 'tmp');
  const authFile = path.join(work, 'auth.json');
  await makeDirectories(temporary, 0o700, 0o700);
  try {
    if (credentials && reference.registry) await writeAuthFile(authFile, reference.registry, credentials);
    const end = await runTool({
      tool: 'skopeo',
      command: skopeo,
      args: argumentsOf(request, credentials ? authFile : request.authFile && path.resolve(request.authFile)),
      cwd: work,
      // What it unpacks on the way goes with the rest of the pull.
      env: { TMPDIR: temporary },
      signal,
      timeoutMs,
      stallTimeoutMs,
      ...watch,
    });
    if (end.exitCode !== 0) throw toolFailure('skopeo', end, request.name);
  } finally {
    await rm(authFile, { force: true });
  }
  return manifestIn(path.join(work, LAYOUT, 'index.json'), request.name);
}

function argumentsOf(request: PullRequest, authFile: string | undefined): readonly string[] {
  const { os, architecture, variant } = request.platform;
  const { policy, insecure, certificates, retries, reference } = request;
  return [
    ...(policy === undefined ? [] : ['--policy', path.resolve(policy)]),
    ...['--override-os', os, '--override-arch', architecture],
    ...(variant === undefined ? [] : ['--override-variant', variant]),
    'copy',
    ...(authFile === undefined ? [] : ['--src-authfile', authFile]),
    ...(certificates === undefined ? [] : ['--src-cert-dir', path.resolve(certificates)]),
    ...(insecure && reference.registry !== undefined ? ['--src-tls-verify=false'] : []),
    ...(retries === 0 ? [] : [`--retry-times=${retries}`]),
    // A layout has no place for signatures; those that the policy wants are looked at all the same.
    '--remove-signatures',
    '--',
    reference.source,
    `oci:${LAYOUT}:${IMAGE}`,
  ];
}

async function manifestIn(file: string, image: string): Promise<Descriptor> {
  const index = parseJson((await readText(file)) ?? '');
  const manifests = isObject(index) ? index['manifests'] : undefined;
  const [only] = Array.isArray(manifests) ? (manifests as readonly unknown[]) : [];
  if (!isDescriptor(only)) {
    throw new ImageError('ERR_IMAGE_TOOL_FAILED', `${image}: skopeo made nothing`, { image, tool: 'skopeo' });
  }
  const { mediaType, digest, size } = only;
  return { mediaType, digest, size };
}
