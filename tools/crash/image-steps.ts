import path from 'node:path';
import { ImageStore } from '@shimwright/oci-image';
import { madeImage } from '../testing/made-image.ts';

const storeOf = (root: string) => new ImageStore({ directory: path.join(root, 's') });
const sourceOf = (root: string) => `oci:${root}/source:it`;

/** An image in files, which nobody changes. */
export async function prepareSource(root: string): Promise<void> {
  const entries = [{ name: 'd', type: 'directory' } as const, { name: 'd/file', content: 'one' }];
  await madeImage(path.join(root, 'source'), { layers: [entries], config: { Cmd: ['it'] } });
}

/** A store that has it. */
export async function prepareStore(root: string): Promise<void> {
  await prepareSource(root);
  await pull(root);
}

/** A store that has it by no name any more. */
export async function prepareGarbage(root: string): Promise<void> {
  await prepareStore(root);
  await storeOf(root).remove('it');
}

export async function pull(root: string): Promise<void> {
  await storeOf(root).pull(sourceOf(root), { name: 'it' });
}

/** The root of a container, which somebody else is to mount. */
export async function makeRoot(root: string): Promise<void> {
  await storeOf(root).createRoot({ id: 'one', image: 'it', mount: false });
}

export async function collect(root: string): Promise<void> {
  await storeOf(root).collectGarbage();
}

/** What comes after a pull that was killed: another, and all that the first left is garbage. */
export async function pullAgain(root: string): Promise<void> {
  await pull(root);
  await collect(root);
}

/** The root that was made is found, or can be made. */
export async function makeRootAgain(root: string): Promise<void> {
  const [known] = await storeOf(root).roots();
  if (!known) await makeRoot(root);
  await collect(root);
}
