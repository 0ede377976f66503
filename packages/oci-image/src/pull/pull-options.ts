import { checkOptions, type Known } from '../check-options.ts';
import { badArgument } from '../errors.ts';
import { isObject } from '../layout/json.ts';
import { hostPlatform, type Platform, parsePlatform } from '../reference/platform.ts';
import { parseReference, type Reference } from '../reference/reference.ts';
import { timeLimit } from '../tools/run-tool.ts';
import type { PullProgress } from './pull-progress.ts';

/** Who asks the registry. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** A token to get others with, as `docker login` keeps it of some registries. */
  | { readonly identityToken: string };

/** How to pull an image. */
export interface PullOptions {
  /** The name to keep it by. @default the full name that it was asked for by */
  readonly name?: string;
  /** Such as `linux/arm64/v8`. @default Linux on the processor of this machine */
  readonly platform?: string;
  /**
   * Whether to ask the registry although the store has the image: `'missing'` does not, `'always'` does. What has not changed is not
   * downloaded again.
   *
   * @default 'missing'
   */
  readonly when?: 'missing' | 'always';
  /** Who asks. @default what `authFile` has */
  readonly credentials?: Credentials;
  /** A file with credentials, as containers-auth.json(5) describes it. @default those of skopeo, and of docker */
  readonly authFile?: string;
  /** Whether to take HTTP, and certificates of anybody. @default false */
  readonly insecure?: boolean;
  /** A directory with certificates for the registry, as containers-certs.d(5) describes it. */
  readonly certificates?: string;
  /** A file that says whose signatures are wanted, as containers-policy.json(5) describes it. @default skopeo's */
  readonly policy?: string;
  /** How often skopeo tries again when the network or the registry fails, with growing delays. @default 0 */
  readonly retries?: number;
  /** How long the download may take, and then the unpacking. @default 3600000, an hour */
  readonly timeoutMs?: number;
  /** How long nothing may arrive, or be unpacked. @default 60000, a minute */
  readonly stallTimeoutMs?: number;
  /** Whether to unpack it too, for the user that runs this; otherwise the first container of it does. @default true */
  readonly unpack?: boolean;
  /** Called as the pull gets on, some times a second. What it throws rejects the call. */
  readonly onProgress?: (progress: PullProgress) => void;
  /** Gives up. The download ends when all who wait for it gave up, and nothing is left of it. */
  readonly signal?: AbortSignal;
}

/** A pull, with every default. */
export interface PullRequest {
  readonly reference: Reference;
  readonly name: string;
  readonly platform: Platform;
  readonly when: 'missing' | 'always';
  readonly credentials: Credentials | undefined;
  readonly authFile: string | undefined;
  readonly insecure: boolean;
  readonly certificates: string | undefined;
  readonly policy: string | undefined;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly unpack: boolean;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MAX_RETRIES = 100;

const KNOWN: Known<PullOptions> = {
  name: true,
  platform: true,
  when: true,
  credentials: true,
  authFile: true,
  insecure: true,
  certificates: true,
  policy: true,
  retries: true,
  timeoutMs: true,
  stallTimeoutMs: true,
  unpack: true,
  onProgress: true,
  signal: true,
};

/** @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function pullRequest(image: string, options: PullOptions): PullRequest {
  checkOptions(options, KNOWN);
  const reference = parseReference(image);
  const { when = 'missing', retries = 0, insecure = false, unpack = true } = options;
  if (when !== 'missing' && when !== 'always') throw badArgument("`when` must be 'missing' or 'always'");
  if (!Number.isInteger(retries) || retries < 0 || retries > MAX_RETRIES) {
    throw badArgument(`\`retries\` must be a whole number from 0 to ${MAX_RETRIES}`);
  }
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function') {
    throw badArgument('`onProgress` must be a function');
  }
  if (typeof insecure !== 'boolean') throw badArgument('`insecure` must be a boolean');
  if (typeof unpack !== 'boolean') throw badArgument('`unpack` must be a boolean');
  return {
    reference,
    name: options.name === undefined ? reference.name : checkedName(options.name),
    platform: options.platform === undefined ? hostPlatform() : parsePlatform(options.platform),
    when,
    credentials: checkedCredentials(options.credentials, reference),
    authFile: checkedPath('authFile', options.authFile),
    insecure,
    certificates: checkedPath('certificates', options.certificates),
    policy: checkedPath('policy', options.policy),
    retries,
    timeoutMs: timeLimit('timeoutMs', options.timeoutMs, HOUR_MS),
    stallTimeoutMs: timeLimit('stallTimeoutMs', options.stallTimeoutMs, MINUTE_MS),
    unpack,
  };
}

/** The full form of a name that the store keeps something by. */
export function checkedName(name: unknown): string {
  return parseReference(name).name;
}

function checkedPath(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw badArgument(`\`${option}\` must be a path`);
}

function checkedCredentials(value: unknown, { registry, name }: Reference): Credentials | undefined {
  if (value === undefined) return undefined;
  if (registry === undefined)
    throw badArgument(`\`credentials\` are for a registry, and ${name} is in files`);
  if (!isObject(value)) throw badArgument('`credentials` must be an object');
  const { username, password, identityToken } = value;
  if (typeof identityToken === 'string' && identityToken !== '') return { identityToken };
  if (
    typeof username !== 'string' ||
    typeof password !== 'string' ||
    username === '' ||
    username.includes(':')
  ) {
    throw badArgument(
      '`credentials` must have a `username` without a colon and a `password`, or an `identityToken`',
    );
  }
  return { username, password };
}
