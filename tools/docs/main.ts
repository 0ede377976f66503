// Makes the reference of the packages in tools/docs/reference, which is not committed: `pnpm docs`.
import path from 'node:path';
import { makeReference } from './reference.ts';

const OUT = path.join(import.meta.dirname, 'reference');

const complaints = await makeReference(OUT);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else console.log(`${OUT}/index.html`);
