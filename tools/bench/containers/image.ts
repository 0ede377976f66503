import path from 'node:path';
import { execa } from 'execa';

/** Makes an image of busybox below a directory, as an archive that every engine loads, and gives the path of its layout too. */
export async function makeImage(
  base: string,
): Promise<{ readonly layout: string; readonly archive: string }> {
  const layout = path.join(base, 'layout');
  const image = `${layout}:busybox`;
  const archive = path.join(base, 'busybox.tar');
  await execa('umoci', ['init', '--layout', layout]);
  await execa('umoci', ['new', '--image', image]);
  for (const name of ['sh', 'true', 'sleep'])
    await execa('umoci', ['insert', '--image', image, '/bin/busybox', `/bin/${name}`]);
  await execa('umoci', ['config', '--image', image, '--config.cmd', '/bin/true']);
  await execa('skopeo', [
    'copy',
    '--quiet',
    `oci:${image}`,
    `docker-archive:${archive}:localhost/bench:latest`,
  ]);
  return { layout, archive };
}
