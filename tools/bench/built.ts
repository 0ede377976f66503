import path from 'node:path';
import { execa } from 'execa';

/** Builds packages, as published ones are, unless whoever started the benchmark did so. */
export async function built(...folders: readonly string[]): Promise<void> {
  if (process.env['BENCH_BUILT'] === '1') return;
  await execa(process.execPath, [path.join(import.meta.dirname, '../build.ts'), ...folders]);
}
