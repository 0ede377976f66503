import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { loadBundle, newBundle, newBundleSync, type Spec } from '@shimwright/bundle-core';
import {
  atomicDelete,
  atomicDeleteSync,
  atomicMakeDirectory,
  atomicMakeDirectorySync,
  atomicWriteFile,
  atomicWriteFileSync,
  sweep,
  sweepSync,
} from '@shimwright/fs-atomic';
import { saveAddress, saveAddressSync } from '@shimwright/shim-address';

/** Whether an operation is done by its promise form, or by the one that is done before it returns. */
export type Form = 'promise' | 'sync';

/** Something that may be interrupted; all it does is below a root. */
export interface Operation {
  /** What is there beforehand. */
  readonly prepare: (root: string) => Promise<unknown>;
  readonly promise: (root: string) => Promise<unknown>;
  readonly sync?: (root: string) => unknown;
  /** Where it is swept. */
  readonly roots: readonly string[];
  /** What changes: each of these is as before or as afterwards, whatever happens. */
  readonly units: readonly string[];
  /** Directories that may be made on the way, and stay. */
  readonly parents?: readonly string[];
  /**
   * What a call that failed leaves: all as before, or each unit as before or as afterwards, such as what is deleted
   * but for a part that has no name any more.
   */
  readonly failed: 'before' | 'either';
  /** Units that stay where a failed call cannot even clean up: `recover` finds them, and so does the next call. */
  readonly orphans?: readonly string[];
  /** Units that stay where they may not be touched (EACCES): they are somebody else's. */
  readonly foreign?: readonly string[];
  /** What it leaves where it is interrupted, in nobody's way, until one goes on: files and directories, and all below them. */
  readonly debris?: readonly string[];
  /** Whether its calls are not made to fail: most are those of programs that it starts. */
  readonly isOnlyKilled?: boolean;
  /** Whether it takes long, so that a test interrupts it at some points only. */
  readonly takesLong?: boolean;
  /** Whether what it is about are the hidden names that otherwise no caller sees. */
  readonly tellsHidden?: boolean;
  /** Units that may be gone, since what they told of was gone before. */
  readonly stale?: readonly string[];
  /** Takes a result of an interrupted operation away, where doing it again would refuse to replace it. */
  readonly unmake?: (root: string) => Promise<unknown>;
  /** What is done after an interruption, in place of the same again. */
  readonly goOn?: (root: string) => Promise<unknown>;
  /** What is not there after that. */
  readonly gone?: readonly string[];
  /** Whether it starts processes, which are not there after that either. */
  readonly startsProcesses?: boolean;
  /** Whether those that a failed call leaves end by themselves, a moment later. */
  readonly endsLater?: boolean;
}

const at = (root: string) => ({ id: 'one', path: path.join(root, 'b'), workDir: path.join(root, 'w') });
const bundleAt = (root: string) => loadBundle(at(root));
const inside = (root: string, ...names: readonly string[]) => path.join(root, 'd', ...names);

const spec: Spec = {
  ociVersion: '1.0.2',
  process: { cwd: '/', args: ['sh'], user: { uid: 0, gid: 0 } },
  root: { path: 'rootfs' },
};
const own = (which: 'uid' | 'gid') => (which === 'uid' ? process.geteuid?.() : process.getegid?.()) ?? 0;
const owner = () => ({ uid: own('uid'), gid: own('gid') });
const mapped = (): Spec => ({
  ...spec,
  linux: {
    uidMappings: [{ containerID: 0, hostID: own('uid'), size: 1 }],
    gidMappings: [{ containerID: 0, hostID: own('gid'), size: 1 }],
  },
});

const bundle = {
  roots: ['b', 'w'],
  units: ['b/one', 'w/one'],
  orphans: ['w/one'],
  unmake: (root: string) => bundleAt(root).delete(),
} as const;

const deletion = {
  promise: (root: string) => bundleAt(root).delete(),
  sync: (root: string) => bundleAt(root).deleteSync(),
  roots: ['b', 'w'],
  units: ['b/one', 'w/one', 's/one'],
  foreign: ['s/one'],
  failed: 'either',
} as const;

const removal = {
  promise: (root: string) => atomicDelete(inside(root, 'one')),
  sync: (root: string) => atomicDeleteSync(inside(root, 'one')),
  roots: ['d'],
  units: ['d/one'],
  failed: 'either',
} as const;

const writing = (
  content: Uint8Array | string,
  options?: () => { mode: number; owner: ReturnType<typeof owner> },
) =>
  ({
    promise: (root: string) => atomicWriteFile(inside(root, 'one'), content, options?.()),
    sync: (root: string) => atomicWriteFileSync(inside(root, 'one'), content, options?.()),
    roots: ['d'],
    units: ['d/one'],
    failed: 'either', // the directory is flushed once the file has its name
  }) as const;

const saving = {
  promise: (root: string) => saveAddress(path.join(root, 'b/one'), 'unix:///run/shimwright/s/new'),
  sync: (root: string) => saveAddressSync(path.join(root, 'b/one'), 'unix:///run/shimwright/s/new'),
  roots: ['b/one'],
  units: ['b/one/address'],
  failed: 'before',
} as const;

const making = {
  promise: (root: string) =>
    atomicMakeDirectory(inside(root, 'one'), (hidden) => writeFile(path.join(hidden, 'file'), 'new'), {
      mode: 0o750,
      owner: owner(),
    }),
  sync: (root: string) =>
    atomicMakeDirectorySync(
      inside(root, 'one'),
      (hidden) =>
        atomicWriteFileSync(path.join(hidden, 'file'), 'new', { fsync: false, fsyncDirectory: false }),
      { mode: 0o750, owner: owner() },
    ),
  roots: ['d'],
  units: ['d/one'],
  failed: 'before',
  unmake: (root: string) => rm(inside(root, 'one'), { recursive: true, force: true }),
} as const;

const starting = {
  promise: async (root: string) => (await import('./shim-start.ts')).startShim(root, bundleAt(root)),
  roots: ['b', 'b/one', 'w', 's'],
  units: [
    ...['b/one/address', 'b/one/shim.pid', 'w/one/shim.stdout.log', 'w/one/shim.stderr.log'],
    's/HASH', // the socket
  ],
  parents: ['s', 'daemon.events'],
  gone: ['b/one', 'w/one', 's/HASH'],
  startsProcesses: true,
} as const;

const steps = () => import('./image-steps.ts');
const ofStore = [
  's',
  's/oci-layout',
  's/roots',
  's/trees',
  's/pulls',
  's/locks',
  's/blobs',
  's/blobs/sha256',
];
const images = {
  roots: ['s', 's/trees', 's/roots', 's/pulls'],
  units: ['s/index.json', 's/trees/HASH', 's/roots/one'],
  // A blob has its name by its content, and the kernel gives up the lock of a file that stays.
  debris: ['s/blobs', 's/locks'],
  parents: ofStore,
  failed: 'either',
  isOnlyKilled: true,
  takesLong: true,
  startsProcesses: true,
} as const;

const goOn = async (root: string) => (await import('./shim-start.ts')).goOn(root, bundleAt(root));
const giveUp = async (root: string) => (await import('./shim-start.ts')).giveUp(root, bundleAt(root));

/** All that is interrupted, by name. */
export const operations = {
  'newBundle, nothing there yet': {
    ...bundle,
    prepare: async () => {},
    promise: (root) => newBundle({ ...at(root), spec }),
    sync: (root) => newBundleSync({ ...at(root), spec }),
    parents: ['b', 'w'],
    failed: 'before',
  },
  'newBundle with mapped groups, beside another, on a work directory that is left': {
    ...bundle,
    prepare: async (root) => {
      await newBundle({ ...at(root), id: 'another', spec });
      await mkdir(path.join(root, 'w/one'), { mode: 0o755 });
    },
    promise: (root) => newBundle({ ...at(root), spec: mapped() }),
    sync: (root) => newBundleSync({ ...at(root), spec: mapped() }),
    // The work directory that others could look into is narrowed, whatever comes after that.
    failed: 'either',
  },
  'bundle.delete of a new one': {
    ...deletion,
    prepare: (root) => newBundle({ ...at(root), spec }),
  },
  'bundle.delete of one with a shim that is gone': {
    ...deletion,
    prepare: async (root) => {
      const { path: bundlePath, workDir } = await newBundle({ ...at(root), spec });
      await staleSocket(path.join(root, 's'), 'one');
      await saveAddress(bundlePath, `unix://${root}/s/one`);
      await plant(bundlePath, { 'shim.pid': '4711', 'init.pid': '4712' });
      await plant(workDir, { 'shim.stdout.log': 'said', 'shim.stderr.log': '', 'log.json': '{}' });
    },
  },
  'bundle.delete of a deep tree': {
    ...deletion,
    prepare: async (root) => {
      const { path: bundlePath, workDir } = await newBundle({ ...at(root), spec });
      await deepTree(path.join(bundlePath, 'rootfs'));
      await plant(workDir, { logs: { first: '1', second: '2' }, 'log.json': '{}' });
    },
  },
  'atomicWriteFile of a new file': {
    ...writing('new'),
    prepare: (root) => plant(root, { d: {} }),
  },
  'atomicWriteFile over a file, with a mode and an owner': {
    ...writing(Buffer.alloc(100_000, 'new '), () => ({ mode: 0o640, owner: owner() })),
    prepare: (root) => plant(root, { d: { one: 'old', another: 'stays' } }),
  },
  'atomicDelete of a file': {
    ...removal,
    prepare: (root) => plant(root, { d: { one: 'old', another: 'stays' } }),
  },
  'atomicDelete of a link to a directory': {
    ...removal,
    prepare: async (root) => {
      await plant(root, { d: { another: { file: 'stays' } } });
      await symlink('another', inside(root, 'one'));
    },
  },
  'atomicDelete of an empty directory': {
    ...removal,
    prepare: (root) => plant(root, { d: { one: {}, another: {} } }),
  },
  'atomicDelete of a few files': {
    ...removal,
    prepare: (root) => plant(root, { d: { one: { a: '1', b: '2', c: {} }, another: { a: 'stays' } } }),
  },
  'atomicDelete of a deep tree': {
    ...removal,
    prepare: async (root) => {
      await plant(root, { d: { one: { a: '1' }, another: { a: 'stays' } } });
      await deepTree(inside(root, 'one'));
    },
  },
  atomicMakeDirectory: {
    ...making,
    prepare: (root) => plant(root, { d: { another: { a: 'stays' } } }),
  },
  'saveAddress for the first time': {
    ...saving,
    prepare: (root) => newBundle({ ...at(root), spec }),
  },
  'saveAddress over another one': {
    ...saving,
    prepare: async (root) =>
      saveAddress((await newBundle({ ...at(root), spec })).path, 'unix:///run/shimwright/s/old'),
  },
  'sweep of what others left': {
    prepare: (root) =>
      plant(root, {
        d: {
          another: { a: 'stays' },
          '.one.delete~abcdefgh-1-0-00000000': { a: { b: '1', c: '2' }, d: '3' },
          '.two.write~abcdefgh-1-0-00000000': 'part',
        },
      }),
    promise: (root) => sweep(inside(root)),
    sync: (root) => sweepSync(inside(root)),
    roots: ['d'],
    units: [],
    failed: 'either',
    tellsHidden: true,
  },
  'start of a shim, and later another one': {
    ...starting,
    prepare: (root) => newBundle({ ...at(root), spec }),
    failed: 'before',
    orphans: starting.units,
    goOn,
  },
  'start of a shim, and later none': {
    ...starting,
    prepare: (root) => newBundle({ ...at(root), spec }),
    failed: 'before',
    orphans: starting.units,
    goOn: giveUp,
  },
  'start of a shim where one has died': {
    ...starting,
    prepare: async (root) => {
      const { path: bundlePath, workDir } = await newBundle({ ...at(root), spec });
      const address = (await import('./shim-start.ts')).addressOf(root, 'one');
      await staleSocket(path.join(root, 's'), path.basename(address));
      await saveAddress(bundlePath, address);
      await plant(bundlePath, { 'shim.pid': '4194305' }); // more than the kernel gives
      await plant(workDir, { 'shim.stdout.log': 'said', 'shim.stderr.log': 'its last words' });
    },
    failed: 'either',
    stale: starting.units,
    goOn: giveUp,
  },
  'start of a shim in a process of many': {
    prepare: (root) => newBundle({ ...at(root), spec }),
    promise: async (root) => (await import('./shared-shim-start.ts')).startSharedShim(root, bundleAt(root)),
    goOn: async (root) => (await import('./shared-shim-start.ts')).goOnShared(root, bundleAt(root)),
    roots: ['b', 's'],
    units: [
      ...['b/one/address', 'b/one/shim.pid', 'b/one/shim.shared', 's/one'],
      ...['s/control', 's/control.log', 's/control.d'],
    ],
    parents: ['s', 'daemon.events'],
    gone: ['b/one', 'w/one', 's/one', 's/control', 's/control.log', 's/control.d'],
    failed: 'before',
    orphans: ['s/control', 's/control.log'],
    startsProcesses: true,
    endsLater: true,
  },
  'pull of an image': {
    ...images,
    prepare: async (root) => (await steps()).prepareSource(root),
    promise: async (root) => (await steps()).pull(root),
    goOn: async (root) => (await steps()).pullAgain(root),
  },
  'root of a container from an image': {
    ...images,
    prepare: async (root) => (await steps()).prepareStore(root),
    promise: async (root) => (await steps()).makeRoot(root),
    goOn: async (root) => (await steps()).makeRootAgain(root),
  },
  'collection of the garbage of images': {
    ...images,
    prepare: async (root) => (await steps()).prepareGarbage(root),
    promise: async (root) => (await steps()).collect(root),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** The names of all operations. */
export const operationNames = Object.keys(operations) as OperationName[];

/** Names to contents, or to further trees. */
interface Tree {
  readonly [name: string]: string | Tree;
}

async function plant(directory: string, tree: Tree): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(tree)) {
    if (typeof content === 'string') await writeFile(path.join(directory, name), content);
    else await plant(path.join(directory, name), content);
  }
}

async function deepTree(directory: string): Promise<void> {
  await plant(directory, {
    etc: { passwd: 'root', ssl: { certs: { ca: 'pem' }, empty: {} } },
    bin: { sh: '' },
  });
  await symlink('bin/sh', path.join(directory, 'init'));
  await symlink('..', path.join(directory, 'etc/up'));
}

/** A socket nobody listens on. */
async function staleSocket(directory: string, name: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  const bound = await mkdtemp(path.join(directory, 't'));
  const server = createServer().listen(path.join(bound, 's'));
  await once(server, 'listening');
  await rename(path.join(bound, 's'), path.join(directory, name)); // closing removes what it has bound
  await new Promise((resolve) => server.close(resolve));
  await rm(bound, { recursive: true });
}
