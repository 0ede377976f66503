import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../packed/workspace-packages.ts';

test('pnpm chooses packages for the Node.js that the workspace installs', () => {
  const { nodeVersion, catalog } = parse(readFileSync(path.join(ROOT, 'pnpm-workspace.yaml'), 'utf8'));
  expect(catalog.node).toBe(`^${nodeVersion}`);
  const lock = parse(readFileSync(path.join(ROOT, 'pnpm-lock.yaml'), 'utf8'));
  expect(lock.importers['.'].devDependencies.node.version).toBe(nodeVersion);
});
