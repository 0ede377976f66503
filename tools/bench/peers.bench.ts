import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { fewAtATime } from '../few-at-a-time.ts';
import { effort } from './effort.ts';
import { deleters, LARGE_BYTES, NOT_FLUSHED, writers } from './peers/packages.ts';
import { type Comparison, type Contender, inTurns, nodeContender } from './turns.ts';

const SIDE = path.join(import.meta.dirname, 'peers/side.ts');
const OLD_BYTES = 3;

const WRITES = [
  { work: 'one', what: 'one small file', count: 10, rounds: 9 },
  { work: 'one-sync', what: 'one small file, sync', count: 10, rounds: 9 },
  { work: 'many', what: `${effort(1_000, 10)} small files, 16 at once`, count: 1, rounds: 1 },
  { work: 'large', what: `${effort(100)} MB`, count: 1, rounds: 1 },
];

/**
 * Files and trees: ours beside write-file-atomic, atomically, rimraf and `fs.rm`, on a disk. Then what each leaves on a
 * full disk, and when it is killed.
 */
export async function run(): Promise<readonly Comparison[]> {
  const base = await mkdtemp('/var/tmp/shimwright-bench-');
  try {
    return [
      ...(await writing(base)),
      ...(await deleting(base)),
      ...(await leaving(base, 'a full disk', unlike(writers), onFullDisk)),
      ...(await leaving(base, 'SIGKILL in a write', unlike(writers), killedWriting)),
      ...(await leaving(base, 'SIGKILL in a deletion', deleters, killedDeleting)),
    ];
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function writing(base: string): Promise<Comparison[]> {
  await using sides = new Sides(base, writers);
  const comparisons: Comparison[] = [];
  for (const [our, their] of pairs(writers)) {
    const works = our === NOT_FLUSHED ? WRITES.filter(({ work }) => work.startsWith('one')) : WRITES;
    for (const { what, ...turns } of works) {
      const comparison = await inTurns({ ...turns, ours: sides.of(our), peer: sides.of(their) });
      comparisons.push({ ...comparison, work: `${what}: ${our}, ${their}` });
    }
  }
  return comparisons;
}

async function deleting(base: string): Promise<Comparison[]> {
  await using sides = new Sides(base, deleters);
  const comparisons: Comparison[] = [];
  const what = `a tree of ${effort(10_000, 100)} files`;
  for (const [our, their] of pairs(deleters)) {
    const turns = { count: 1, rounds: 1, ours: sides.of(our), peer: sides.of(their) };
    const comparison = await inTurns({ work: 'tree', ...turns });
    comparisons.push({ ...comparison, work: `${what}: ${our}, ${their}` });
  }
  return comparisons;
}

/** Those that leave different things. */
function unlike({ [NOT_FLUSHED]: _, ...others }: typeof writers): typeof writers {
  return others;
}

/** Each of ours with each of the others. */
function pairs(sides: object): [string, string][] {
  const names = Object.keys(sides);
  const isOurs = (name: string) => name.startsWith('ours');
  const others = names.filter((name) => !isOurs(name));
  return names.filter(isOurs).flatMap((our) => others.map((their): [string, string] => [our, their]));
}

/** A process for each that takes part. */
class Sides implements AsyncDisposable {
  readonly #sides: ReadonlyMap<string, Contender>;

  /** Starts all of them, so that none waits for another one to start. */
  constructor(base: string, names: object) {
    this.#sides = new Map(Object.keys(names).map((name) => [name, nodeContender(SIDE, name, base)]));
  }

  of(name: string): Contender {
    const side = this.#sides.get(name);
    if (!side) throw new Error(`no side is called ${name}`);
    return side;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sides.values()].map((side) => side[Symbol.asyncDispose]()));
  }
}

type Outcome = (name: string, directory: string) => Promise<string>;

async function leaving(base: string, what: string, sides: object, outcome: Outcome): Promise<Comparison[]> {
  const told = new Map<string, string>();
  const tell = async (name: string) => {
    const directory = await mkdtemp(path.join(base, 'left-'));
    told.set(name, await outcome(name, directory));
  };
  await fewAtATime(effort(1, 3), Object.keys(sides), tell);
  return pairs(sides).map(([our, their]) => ({
    work: `${what}: ${our}, ${their}`,
    ours: told.get(our) ?? '',
    peer: told.get(their) ?? '',
  }));
}

async function onFullDisk(name: string, directory: string): Promise<string> {
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${LARGE_BYTES >> 1}`, 'tmpfs', directory]);
  try {
    await writeFile(path.join(directory, 'file'), 'old');
    const { stdout } = await execa(process.execPath, argumentsFor(name, directory, 'write'), {
      reject: false,
    });
    return `${stdout === 'done' ? 'resolves' : stdout}, ${describeFile(directory)}`;
  } finally {
    await execa('umount', [directory]);
  }
}

async function killedWriting(name: string, directory: string): Promise<string> {
  await writeFile(path.join(directory, 'file'), 'old');
  await killed(argumentsFor(name, directory, 'write for ever'), effort(400, 50));
  return describeFile(directory);
}

async function killedDeleting(name: string, directory: string): Promise<string> {
  await killed(argumentsFor(name, directory, 'delete'), effort(60, 5));
  const tree = path.join(directory, 'tree');
  const hidden = readdirSync(directory).filter((one) => one !== 'tree').length;
  const left = existsSync(tree) ? 'a part of the tree in its place' : 'no tree in its place';
  return `${left}, ${hidden} hidden`;
}

function describeFile(directory: string): string {
  const bytes = statSync(path.join(directory, 'file')).size;
  const file =
    bytes === OLD_BYTES ? 'old file' : bytes === LARGE_BYTES ? 'new file' : `file of ${bytes} bytes`;
  return `${file}, ${readdirSync(directory).length - 1} beside it`;
}

function argumentsFor(...args: readonly string[]): string[] {
  return ['--conditions=@shimwright/source', SIDE, ...args];
}

async function killed(args: readonly string[], afterMs: number): Promise<void> {
  const child = execa(process.execPath, args, { reject: false, buffer: false });
  await once(child.stdout, 'data'); // it says when it is under way
  await delay(afterMs);
  child.kill('SIGKILL');
  await child;
}
