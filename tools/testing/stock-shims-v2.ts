import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeEach } from 'vitest';
import { needs } from './needs.ts';

/** A shim of runtime v2 that containerd made. */
export interface StockShim {
  readonly name: string;
  readonly runtime: string;
}

/** Where those of later releases are: `tools/stock-shims.sh DIRECTORY` puts them there. */
const LATER = process.env['STOCK_SHIMS'] ?? '/nowhere';

function later(version: string): StockShim {
  const runtime = path.join(LATER, version, 'usr/bin/containerd-shim-runc-v2');
  return { name: `the stock shim of containerd ${version}`, runtime };
}

/** Debian 12 has both shims of containerd 1.6; those of later releases are tried where there are any. */
export const STOCK_SHIMS: readonly StockShim[] = [
  { name: 'the stock shim of this machine', runtime: 'io.containerd.runc.v2' },
  { name: 'the older shim of this machine, one for each container', runtime: 'io.containerd.runc.v1' },
  later('1.7'),
  later('2.1'),
];

/** Declares that the tests around it need one of them. Debian 12 has not the later ones, so they may always be missing. */
export function needsStockShim({ runtime }: StockShim): void {
  if (!path.isAbsolute(runtime)) {
    needs(`command containerd-shim-${runtime.split('.').slice(-2).join('-')}`);
  } else if (!existsSync(runtime)) {
    beforeEach(({ skip }) => skip('needs STOCK_SHIMS, see tools/stock-shims.sh'));
  }
}
