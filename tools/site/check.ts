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
const faults: string[] = [];
try {
  faults.push(...(await makeSite(out)), ...(await brokenLinks(out)));
  await using server = await servePages(out);
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [], // Chromium's own sandbox refuses root
  });
  try {
    faults.push(...(await browserFaults(browser, server.url, out)));
  } finally {
    await browser.close();
  }
} finally {
  if (given === undefined) await rm(out, { recursive: true });
}
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'The site is well.' : `${faults.length} faults.`);
if (faults.length > 0) process.exitCode = 1;
