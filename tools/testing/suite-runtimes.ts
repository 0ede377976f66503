import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A runtime of another release of Debian, or the reason why there is none here. */
export interface SuiteRuntime {
  /** Its name, `runc` or `crun`. */
  readonly name: string;
  /** What it is, such as `crun of forky`. */
  readonly title: string;
  /** The program to run, or why it cannot be had. */
  readonly found: { readonly command: string } | { readonly reason: string };
}

const SCRIPT = path.join(import.meta.dirname, 'suite-runtimes.sh');
const CACHE = path.join(import.meta.dirname, '../../node_modules/.cache/shimwright-runtimes');
const SUITES = ['trixie', 'forky'] as const;

/**
 * The runc and the crun of later releases of Debian, which are downloaded once for a checkout; installed are none.
 *
 * Their libraries run on an older system, and not the other way round: so there are none but on Debian 12. On the later
 * releases, the system's own runtimes are tested.
 */
export function suiteRuntimes(): SuiteRuntime[] {
  return SUITES.flatMap((suite) => {
    const reason = whyNoOtherSuite() ?? failureOf(suite);
    return ['runc', 'crun'].map((name) => ({
      name,
      title: `${name} of ${suite}`,
      found: reason === undefined ? { command: path.join(CACHE, suite, 'bin', name) } : { reason },
    }));
  });
}

/** Why programs of other releases are not for this machine; undefined where they are. */
export function whyNoOtherSuite(): string | undefined {
  if (process.platform !== 'linux') return 'needs linux';
  if (process.getuid?.() !== 0) return 'needs root';
  if (!/^VERSION_CODENAME=bookworm$/m.test(osRelease())) return 'needs Debian 12';
  return undefined;
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

function failureOf(suite: string): string | undefined {
  try {
    // coreutils' own, which ends what the script has started as well
    execFileSync('timeout', ['180', SCRIPT, CACHE, suite], { stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    return `the runtimes of ${suite} cannot be downloaded: ${error}`;
  }
}
