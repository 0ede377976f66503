import path from 'node:path';

/** Where the things of a store are. The store itself is an OCI layout: its images can be read by other tools too. */
export interface StorePaths {
  readonly directory: string;
  /** What the layout says of itself. */
  readonly ociLayout: string;
  /** The names of the images. */
  readonly index: string;
  /** Manifests, configs and layers, each by its digest. */
  readonly blobs: string;
  /** Unpacked images, which are only read. */
  readonly trees: string;
  /** The roots of containers. */
  readonly roots: string;
  /** What is being pulled. */
  readonly pulls: string;
  /** The files of locks. */
  readonly locks: string;
}

export function storePaths(directory: string): StorePaths {
  return {
    directory,
    ociLayout: path.join(directory, 'oci-layout'),
    index: path.join(directory, 'index.json'),
    blobs: path.join(directory, 'blobs', 'sha256'),
    trees: path.join(directory, 'trees'),
    roots: path.join(directory, 'roots'),
    pulls: path.join(directory, 'pulls'),
    locks: path.join(directory, 'locks'),
  };
}

/** The file of a blob. */
export function blobFile(blobs: string, digest: string): string {
  return path.join(blobs, digest.slice('sha256:'.length));
}
