// Makes the site and looks at it in headless Chromium, at the width of a phone and of a desk, light and dark:
// `pnpm site:check [DIRECTORY]`. Debian's Chromium is installed where it is missing.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from '../packed/workspace-packages.ts';
import { browserFaults } from './browser-faults.ts';
import { brokenLinks } from './links.ts';
import { servePages } from './serve-pages.ts';
import { makeSite } from './site.ts';

const EXECUTABLE = '/usr/bin/chromium';

execFileSync(path.join(ROOT, 'tools/setup.sh'), ['chromium'], { stdio: 'inherit' });
const given = process.argv[2];
const out = given ?? (await mkdtemp(path.join(tmpdir(), 'shimwright-site-')));
let faults = 0;
const note = (fault: string) => {
  faults++;
  console.error(fault);
};
try {
  for (const fault of [...(await makeSite(out)), ...(await brokenLinks(out))]) note(fault);
  console.log(`The pages are in ${out}. Chromium looks at them.`);
  await using server = await servePages(out);
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [], // Chromium's own sandbox refuses root
  });
  try {
    await browserFaults(browser, { url: server.url, site: out }, note);
  } finally {
    await browser.close();
  }
} finally {
  if (given === undefined) await rm(out, { recursive: true });
}
console.log(faults === 0 ? 'The site is well.' : `${faults} faults.`);
if (faults > 0) process.exitCode = 1;
