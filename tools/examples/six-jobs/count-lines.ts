// Counts the lines of code of the six jobs with us, with dockerode and with testcontainers, and writes the table of the README.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const SIDES = ['ours', 'dockerode', 'testcontainers'] as const;

/** The job of a file, in words. */
const JOBS: Readonly<Record<string, string>> = {
  'run-with-limits': 'run a command with limits and a time, and get its output',
  'terminal-with-resize': 'a terminal of a certain size, typed into',
  'exec-with-output': 'run another command in a container, and get its output',
  'follow-logs': 'follow what a container writes',
  'from-an-image': 'get an image that may be missing, and run a command of it',
  'survive-a-restart': 'start a container once, and find it again after a restart of the program',
};

/** Lines that are neither empty nor a comment, as a formatter with lines of 110 characters leaves them. */
export function linesOfCode(source: string): number {
  return source.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}

/** The table, a row for each job; `-` where a library does not have it. */
async function jobsTable(directory = import.meta.dirname): Promise<string> {
  const rows = await Promise.all(
    Object.entries(JOBS).map(async ([job, words]) => {
      const counts = await Promise.all(SIDES.map((side) => countIn(path.join(directory, side), job)));
      return `| ${words} | ${counts.map((count) => count ?? '-').join(' | ')} |`;
    }),
  );
  return ['| job | ours | dockerode | testcontainers |', '| --- | ---: | ---: | ---: |', ...rows].join('\n');
}

async function countIn(directory: string, job: string): Promise<number | undefined> {
  const name = (await readdir(directory)).find((file) => file.startsWith(`${job}.`));
  return name === undefined ? undefined : linesOfCode(await readFile(path.join(directory, name), 'utf8'));
}

const BEGIN = '<!-- counted by count-lines.ts -->';
const END = '<!-- end -->';

/** The README with the table of today. */
export async function withTable(readme: string): Promise<string> {
  const [before = '', rest = ''] = readme.split(BEGIN);
  return `${before}${BEGIN}\n${await jobsTable()}\n${END}${rest.split(END)[1] ?? ''}`;
}

if (import.meta.main) {
  const file = path.join(import.meta.dirname, 'README.md');
  await writeFile(file, await withTable(await readFile(file, 'utf8')));
}
