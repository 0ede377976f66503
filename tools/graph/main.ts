// Draws the packages and their folders from what they import, and fails on an arrow upwards, a circle, a large folder or
// a large class.
import path from 'node:path';
import { ROOT } from '../packed/workspace-packages.ts';
import { drawing } from './drawing.ts';
import { largeFolders, problemsOf } from './problems.ts';
import { readSources } from './sources.ts';

const packages = path.join(ROOT, 'packages');
const sources = readSources(packages);
console.log(drawing(sources));

const problems = [
  ...problemsOf(sources),
  ...largeFolders(packages),
  ...largeFolders(path.join(ROOT, 'tools')),
];
for (const problem of problems) console.error(`\n${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
