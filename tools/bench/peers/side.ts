// One side of the comparison of files and trees: `side.ts NAME BASE`, see ../turns.ts; or, to see what is left when it
// fails, `side.ts NAME BASE write|write for ever|delete`.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fewAtATime } from '../../few-at-a-time.ts';
import { effort } from '../effort.ts';
import { contend } from '../turns.ts';
import { deleters, LARGE_BYTES, writers } from './packages.ts';

const [name = '', base = '', once] = process.argv.slice(2);
const writer = await writers[name]?.();
const remove = await deleters[name]?.();
const small = 'x'.repeat(1_000);
const large = Buffer.alloc(LARGE_BYTES, 'x');

const write = (file: string, data: string | Uint8Array) => writer?.write(path.join(base, file), data);

/** 10,000 files in 100 directories. */
function plantTree(tree: string): void {
  const width = effort(100, 10);
  for (let directory = 0; directory < width; directory += 1) {
    mkdirSync(path.join(tree, String(directory)), { recursive: true });
    for (let file = 0; file < width; file += 1)
      writeFileSync(path.join(tree, String(directory), String(file)), '');
  }
}

const works: Record<string, (count: number) => unknown> = {
  one: async (count) => {
    for (let index = 0; index < count; index += 1) await write('one', small);
  },
  'one-sync': (count) => {
    for (let index = 0; index < count; index += 1) writer?.writeSync(path.join(base, 'one'), small);
  },
  many: async (count) => {
    const several = effort(1_000, 10);
    const files = Array.from({ length: several * count }, (_, index) => `file-${index % several}`);
    await fewAtATime(16, files, async (file) => void (await write(file, small)));
  },
  large: async (count) => {
    for (let index = 0; index < count; index += 1) await write('large', large);
  },
  tree: async (count) => {
    let took = 0;
    for (let index = 0; index < count; index += 1) {
      const tree = path.join(base, `tree-${name.replaceAll(' ', '-')}`);
      plantTree(tree);
      const start = performance.now();
      await remove?.(tree);
      took += performance.now() - start;
    }
    return took;
  },
};

const untilKilled = {
  write: async () => {
    await write('file', large);
  },
  'write for ever': async () => {
    for (;;) await write('file', large);
  },
  delete: async () => {
    plantTree(path.join(base, 'tree'));
    const deletion = remove?.(path.join(base, 'tree'));
    console.log('under way');
    await deletion;
  },
} as const;

if (once === undefined) await contend(works);
else if (once in untilKilled) {
  try {
    if (once === 'write for ever') console.log('under way');
    await untilKilled[once as keyof typeof untilKilled]();
    console.log('done');
  } catch (error) {
    console.log((error as NodeJS.ErrnoException).code);
  }
}
