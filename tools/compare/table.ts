import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Measures, Writer } from './measure.ts';

/** Where the measures are kept. */
export const RECORD = path.join(import.meta.dirname, 'measures.json');

/** Where the table stands in the README. */
const MARKS = ['<!-- made by tools/compare/main.ts: begin -->', '<!-- end -->'] as const;

/** The measures as they were taken last. */
export function recordedMeasures(): Measures {
  return JSON.parse(readFileSync(RECORD, 'utf8'));
}

/** The README with the table in its place. */
export function withTable(readme: string, measures: Measures): string {
  const [begin, end] = MARKS;
  const [before, rest = ''] = readme.split(begin);
  const [old, after] = rest.split(end);
  if (old === undefined || after === undefined) throw new Error('the README has no place for the table');
  return `${before}${begin}\n${comparisonTable(measures)}${end}${after}`;
}

/** The comparison as a table of Markdown. */
function comparisonTable({ installs, writers, ourBytes, podman }: Measures): string {
  const brings = (name: string) => {
    const { version, packages, bytes, runsScript } = found(installs, name);
    const script = runsScript ? ', one of which runs a script when it is installed' : '';
    return `${version}: ${packages} package${packages === 1 ? '' : 's'}, ${size(bytes)}${script}`;
  };
  const rows = [
    ['', 'what it is', 'what it brings', 'how it differs from ours'],
    ['---', '---', '---', '---'],
    [
      '[dockerode](https://github.com/apocas/dockerode)',
      'a client of the Docker API',
      brings('dockerode'),
      'It needs a daemon, which pulls images, makes networks and owns the containers. Ours has no daemon, and leaves networks to others',
    ],
    [
      '[testcontainers](https://node.testcontainers.org)',
      'throw-away services for tests, on the Docker API',
      brings('testcontainers'),
      'It needs a daemon, and has ready-made databases, waits and ports. Its containers end with the test; ours can outlive the process',
    ],
    [
      '[podman](https://podman.io)',
      'a command line without a daemon, in Go',
      `${podman} in Debian 12`,
      'It makes networks and builds images, which ours does not. From a program you start a process for each call and read its output; ours are typed calls with typed errors',
    ],
    [
      '[node-pty](https://github.com/microsoft/node-pty)',
      'terminals for processes of this machine',
      brings('node-pty'),
      'It works on macOS and Windows too. Ours is for containers, and needs no compiler on Linux',
    ],
    [
      '[write-file-atomic](https://github.com/npm/write-file-atomic)',
      'one file, by a temporary one and a rename',
      brings('write-file-atomic'),
      writes(found(writers, 'write-file-atomic')),
    ],
    [
      '[atomically](https://github.com/fabiospampinato/atomically)',
      'the same',
      brings('atomically'),
      writes(found(writers, 'atomically')),
    ],
    [
      '[`fs-atomic`](packages/fs-atomic)',
      'files, and whole directories too; removes what a crash left',
      `1 package, ${size(ourBytes)}`,
      writes(found(writers, 'fs-atomic')),
    ],
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function writes({ onFullDisk, tellsFullDisk, float64Bytes, link }: Writer): string {
  const full =
    onFullDisk === 'old'
      ? 'On a full disk, the old file stays'
      : `On a full disk, a cut-off file replaces the good one${tellsFullDisk ? '' : ', and no error is thrown'}`;
  const numbers =
    float64Bytes === 0
      ? 'refuses a `Float64Array`'
      : `writes ${float64Bytes === 32 ? 'all' : `${float64Bytes} of the`} 32 bytes of a \`Float64Array(4)\``;
  return `${full}. It ${numbers}, and ${link === 'follows' ? 'writes through a link' : 'replaces a link'}`;
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function found<Value>(record: Readonly<Record<string, Value>>, name: string): Value {
  const value = record[name];
  if (value === undefined) throw new Error(`${name} was not measured`);
  return value;
}
