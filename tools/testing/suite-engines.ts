import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { whyNoOtherSuite } from './suite-runtimes.ts';

/** The containerd and the Docker of a release of Debian, or the reason why there are none here. */
export interface SuiteEngines {
  /** The release. */
  readonly suite: string;
  /** The directory of the programs, or why they cannot be had. */
  readonly found: { readonly bin: string } | { readonly reason: string };
}

const SCRIPT = path.join(import.meta.dirname, 'suite-engines.sh');
const CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/shimwright-engines');

/** How long a download may take, for the hook that does it. */
export const DOWNLOAD_MS = 200_000;

/** What the releases have: of containerd 1.6, 1.7 and 2.1, of Docker 20.10, 26 and 28. */
export type Suite = 'bookworm' | 'trixie' | 'forky';

/** The engines of a release, which are downloaded once for a checkout, and never installed. They run on Debian 12. */
export function suiteEngines(suite: Suite): SuiteEngines {
  const reason = whyNoOtherSuite() ?? failureOf(suite);
  return { suite, found: reason === undefined ? { bin: path.join(CACHE, suite, 'bin') } : { reason } };
}

function failureOf(suite: Suite): string | undefined {
  try {
    // coreutils' own, which ends what the script has started as well
    execFileSync('timeout', ['180', SCRIPT, CACHE, suite], { stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    return `the engines of ${suite} cannot be downloaded: ${error}`;
  }
}
