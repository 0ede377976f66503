#!/usr/bin/env node
// Loaded before all else, and kept to what very old versions of Node.js can read.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `shimwright: this is Node.js ${process.versions.node}, and it takes 22.18 or later: see https://nodejs.org/en/download\n`,
  );
  process.exitCode = 125;
} else {
  const { main } = await import('./index.ts');
  await main(process.argv.slice(2));
}
