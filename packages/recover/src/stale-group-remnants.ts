import { staleGroups } from '@shimwright/shim-service';
import type { Remnant } from './finding.ts';
import type { Site } from './site.ts';

/** What processes of this manager's shims of runtime v2 have left that are gone for good. */
export function staleGroupRemnants(site: Site): Remnant[] {
  return staleGroups(site).map(({ directory, remove }) => ({
    finding: { id: '', found: 'stale-group', path: directory, cleaned: false },
    clean: async () => ((await remove()) ? { cleaned: true } : {}),
  }));
}
