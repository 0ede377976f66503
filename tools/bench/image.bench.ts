import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImageStore } from '@shimwright/oci-image';
import { execa } from 'execa';
import { removeLeftovers } from '../leftovers.ts';
import { runRegistry } from '../testing/docker-registry.ts';
import { madeImage } from '../testing/made-image.ts';
import { effort } from './effort.ts';
import { type Comparison, inTurns, nodeContender, type SpaceComparison } from './turns.ts';

/** What makes a Debian of some 100 MB, compressed. */
const PACKAGES = 'python3,git,perl,gcc-12-base,cpp-12,ca-certificates';

/** Images: pulled and unpacked, and the roots of containers, against the same by hand. */
export async function run(): Promise<readonly Comparison[]> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-bench-'));
  const registry = await runRegistry(await made(base, 'registry'));
  const program = path.join(import.meta.dirname, 'image-work.ts');
  try {
    const image = `${registry.host}/debian:1`;
    await push(await made(base, 'source'), image);
    const megabytes = Math.round((await bytesOf(image)) / 1e6);
    await using ours = nodeContender(program, 'ours', await made(base, 'ours'), image);
    await using peer = nodeContender(program, 'peer', await made(base, 'peer'), image);
    const turns = { ours, peer };
    const pull = await inTurns({ ...turns, work: 'pull', count: 1, rounds: 3 });
    const container = await inTurns({ ...turns, work: 'container', count: 10, rounds: 5 });
    return [
      {
        ...pull,
        work: `pull and unpack of an image of ${megabytes} MB, against skopeo copy and umoci unpack`,
      },
      { ...container, work: 'root of a second container, against mkdir and mount of overlayfs' },
      await disk(base, image),
    ];
  } finally {
    await registry.stop();
    await removeLeftovers(path.basename(base), base);
  }
}

/** How much disk the root of a second container takes, against a copy of the image. */
async function disk(base: string, image: string): Promise<SpaceComparison> {
  const directory = path.join(base, 'space');
  const store = new ImageStore({ directory });
  await store.pull(image, { insecure: true });
  const used = async () => Number((await execa('du', ['-sxB1', directory])).stdout.split('\t')[0]);
  await using _ = await store.createRoot({ id: 'first', image });
  const grows = async (kind: 'overlay' | 'copy') => {
    const before = await used();
    await using _root = await store.createRoot({ id: kind, image, kind });
    return (await used()) - before;
  };
  const [oursBytes, peerBytes] = [await grows('overlay'), await grows('copy')];
  const work = 'disk of a second container, against a copy';
  return { work, oursBytes, peerBytes, ratio: oursBytes / peerBytes };
}

async function made(base: string, name: string): Promise<string> {
  const directory = path.join(base, name);
  await mkdir(directory);
  return directory;
}

/** The smallest has a file alone; to make a Debian takes a minute, once a week. */
async function push(directory: string, image: string): Promise<void> {
  const target = ['--dest-tls-verify=false', `docker://${image}`];
  if (effort(1, 0) === 0) {
    const { source } = await madeImage(directory, { layers: [[{ name: 'file', content: 'one' }]] });
    await execa('skopeo', ['copy', '-q', source, ...target]);
    return;
  }
  const script = path.join(import.meta.dirname, '../bare-root/image.sh');
  const { stdout: archive } = await execa(script, ['bookworm', PACKAGES], { stderr: 'inherit' });
  await execa('umoci', ['init', '--layout', `${directory}/image`]);
  await execa('umoci', ['new', '--image', `${directory}/image:it`]);
  await execa('umoci', ['raw', 'add-layer', '--image', `${directory}/image:it`, archive]);
  await execa('skopeo', ['copy', '-q', `oci:${directory}/image:it`, ...target]);
  await rm(directory, { recursive: true });
}

/** How many bytes its layers have, compressed. */
async function bytesOf(image: string): Promise<number> {
  const inspected = await execa('skopeo', ['inspect', '--tls-verify=false', '--raw', `docker://${image}`]);
  const { layers } = JSON.parse(inspected.stdout) as {
    readonly layers: readonly { readonly size: number }[];
  };
  return layers.reduce((bytes, { size }) => bytes + size, 0);
}
