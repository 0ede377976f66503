// Makes the documentation site in tools/site/dist, which is not committed: `pnpm site [DIRECTORY]`.
import path from 'node:path';
import { brokenLinks } from './links.ts';
import { makeSite } from './site.ts';

const out = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, 'dist'));

const complaints = await makeSite(out);
complaints.push(...(await brokenLinks(out)));
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else console.log(path.join(out, 'index.html'));
