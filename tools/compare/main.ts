// Measures what others do in the place of these packages, and writes the comparison into the README:
// `node tools/compare/main.ts`, or with `--table` from the measures that were taken last. Takes Linux, root and a registry.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../packed/workspace-packages.ts';
import { measure } from './measure.ts';
import { RECORD, recordedMeasures, withTable } from './table.ts';

const README = path.join(ROOT, 'README.md');

if (!process.argv.includes('--table')) writeFileSync(RECORD, `${JSON.stringify(await measure(), null, 2)}\n`);
writeFileSync(README, withTable(readFileSync(README, 'utf8'), recordedMeasures()));
