// One side of the benchmark of images: `image-work.ts ours|peer DIRECTORY IMAGE`. Times are counted without what is cleared away.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ImageStore } from '@shimwright/oci-image';
import { execa } from 'execa';
import { contend } from './turns.ts';

const [, , side = '', directory = '', image = ''] = process.argv;

/** Milliseconds of all in all. */
async function timed(
  count: number,
  once: (name: string) => Promise<() => Promise<unknown>>,
): Promise<number> {
  let took = 0;
  for (let turn = 0; turn < count; turn++) {
    const start = performance.now();
    const clear = await once(`turn${turn}`);
    took += performance.now() - start;
    await clear();
  }
  return took;
}

const cleared = (place: string) => () => rm(place, { recursive: true, force: true });

const store = new ImageStore({ directory: path.join(directory, 'kept') });

const ours = {
  pull: (count: number) =>
    timed(count, async (name) => {
      const place = path.join(directory, name);
      await new ImageStore({ directory: place }).pull(image, { insecure: true });
      return cleared(place);
    }),
  container: async (count: number) => {
    await store.pull(image, { insecure: true });
    await using _ = await store.createRoot({ id: 'first', image });
    return timed(count, async (id) => {
      const root = await store.createRoot({ id, image });
      return () => root.remove();
    });
  },
};

const tree = path.join(directory, 'tree');

const peer = {
  pull: (count: number) => timed(count, async (name) => byHand(path.join(directory, name))),
  container: async (count: number) => {
    await mkdir(tree, { recursive: true });
    return timed(count, async (name) => {
      const place = path.join(directory, name);
      for (const each of ['', 'upper', 'work', 'rootfs']) await mkdir(path.join(place, each));
      const options = `lowerdir=${tree},upperdir=${place}/upper,workdir=${place}/work`;
      await execa('mount', ['-t', 'overlay', '-o', options, 'overlay', `${place}/rootfs`]);
      return async () => {
        await execa('umount', [`${place}/rootfs`]);
        await cleared(place)();
      };
    });
  },
};

async function byHand(place: string): Promise<() => Promise<void>> {
  await mkdir(place);
  await execa('skopeo', ['copy', '--src-tls-verify=false', `docker://${image}`, `oci:${place}/image:it`]);
  await execa('umoci', ['unpack', '--image', `${place}/image:it`, `${place}/bundle`]);
  return cleared(place);
}

await contend(side === 'ours' ? ours : peer);
