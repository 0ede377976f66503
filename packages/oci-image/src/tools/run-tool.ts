import type { Readable } from 'node:stream';
import { badArgument, ImageError, messageOf } from '../errors.ts';
import { endingWithUs, findCommand } from './find-command.ts';
import { installHint } from './install-hint.ts';

/** A run of a tool. */
export interface ToolRun {
  /** Its name, for people and for the package that has it. */
  readonly tool: string;
  /** The program: a name on the PATH or a path. */
  readonly command: string;
  readonly args: readonly string[];
  /** The directory to run in. */
  readonly cwd: string;
  /** What is set besides the environment of this program. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How long it may take. */
  readonly timeoutMs: number;
  /** How long `activity` may stay the same. */
  readonly stallTimeoutMs?: number;
  /** A number that changes as long as the tool, whose process id is given, gets on; asked now and then. */
  readonly activity?: (pid: number) => Promise<number>;
  /** Whether somebody wants to see it get on, so that it is to be asked often. */
  readonly isWatched?: () => boolean;
}

/** How a tool ended. */
export interface ToolEnd {
  readonly exitCode: number | undefined;
  readonly exitSignal: string | undefined;
  /** What it wrote, the last of it. */
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_TEXT = 65_536;
const KILL_AFTER_MS = 2_000;
const LINGER_MS = 500;
/** How often it is looked at: where somebody watches, and else how many times within the time it may do nothing. */
const LOOK_EACH_MS = 250;
const LOOKS = 8;

/**
 * Runs a tool to its end. An abort, or a limit, ends it with all that it started, and only then is rejected.
 *
 * @throws {ImageError} `ERR_IMAGE_TOOL_MISSING`, `ERR_IMAGE_TIMEOUT`; the signal's reason when it was aborted.
 */
export async function runTool(run: ToolRun): Promise<ToolEnd> {
  const { signal, tool, command, cwd } = run;
  signal.throwIfAborted();
  const program = await findCommand(command);
  if (program === undefined) throw missing(tool, command);
  const words = [...(await endingWithUs()), program, ...run.args];
  const { execa } = await import('execa');
  signal.throwIfAborted();
  const [file = '', ...args] = words;
  const subprocess = execa(file, args, {
    cwd,
    env: { LC_ALL: 'C', ...run.env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // In a group of its own, so that it can be ended with what it started.
    detached: true,
    cleanup: false,
  });
  const outputs = [tailOf(subprocess.stdout), tailOf(subprocess.stderr)] as const;
  subprocess.nodeChildProcess.once('exit', () => {
    // What a tool left running may hold our pipe open for ever.
    const timer = setTimeout(() => {
      subprocess.stdout.destroy();
      subprocess.stderr.destroy();
    }, LINGER_MS);
    timer.unref();
  });
  const ending = new Ending(subprocess.pid);
  const watch = watched(run, ending, subprocess.pid);
  try {
    const result = await subprocess;
    ending.over();
    const [stdout, stderr] = outputs.map((output) => output.text()) as [string, string];
    signal.throwIfAborted();
    if (watch.problem)
      throw new ImageError('ERR_IMAGE_TIMEOUT', `${tool} ${watch.problem}`, { tool, stderr });
    if (result.exitCode === undefined && result.signal === undefined) throw notStarted(tool, result.cause);
    return { exitCode: result.exitCode, exitSignal: result.signal, stdout, stderr };
  } finally {
    watch.stop();
  }
}

/** Ends a group of processes: first it is asked, then made to. */
class Ending {
  readonly #pid: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;

  constructor(pid: number | undefined) {
    this.#pid = pid;
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#signal('SIGTERM');
    this.#timer = setTimeout(() => this.#signal('SIGKILL'), KILL_AFTER_MS);
  }

  /** The process itself has ended; what it started ends too where an end was wanted. */
  over(): void {
    clearTimeout(this.#timer);
    if (this.#hasBegun) this.#signal('SIGKILL');
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(-this.#pid, name);
    } catch {
      // none of them is left
    }
  }
}

interface Watch {
  /** Why it was ended, where it was. */
  readonly problem: string | undefined;
  stop(): void;
}

function watched(run: ToolRun, ending: Ending, pid: number | undefined): Watch {
  const { signal, timeoutMs, stallTimeoutMs, activity, isWatched = () => false } = run;
  let problem: string | undefined;
  const give = (why: string) => {
    problem ??= why;
    ending.begin();
  };
  const limit = setTimeout(() => give(`did not end within ${timeoutMs} ms`), timeoutMs);
  const abort = () => ending.begin();
  signal.addEventListener('abort', abort, { once: true });
  let known = -1;
  let since = performance.now();
  let lookedAt = since;
  let isLooking = false;
  const look = async () => {
    if (isLooking || !activity || stallTimeoutMs === undefined || pid === undefined) return;
    if (!isWatched() && performance.now() - lookedAt < stallTimeoutMs / LOOKS) return;
    lookedAt = performance.now();
    isLooking = true;
    const now = await activity(pid).catch(() => known);
    isLooking = false;
    if (now !== known) since = performance.now();
    else if (performance.now() - since > stallTimeoutMs) give(`did not get on for ${stallTimeoutMs} ms`);
    known = now;
  };
  const looking = activity && setInterval(() => void look(), LOOK_EACH_MS);
  return {
    get problem() {
      return problem;
    },
    stop: () => {
      clearTimeout(limit);
      clearInterval(looking);
      signal.removeEventListener('abort', abort);
    },
  };
}

function tailOf(source: Readable): { text(): string } {
  let text = '';
  source.setEncoding('utf8');
  source.on('error', () => {});
  source.on('data', (part: string) => {
    text = `${text}${part}`.slice(-MAX_TEXT);
  });
  return { text: () => text };
}

function missing(tool: string, command: string): ImageError {
  return new ImageError(
    'ERR_IMAGE_TOOL_MISSING',
    `${command} is not installed, or not on the PATH: ${installHint(tool)}`,
    {
      tool,
    },
  );
}

function notStarted(tool: string, cause: unknown): ImageError {
  return new ImageError('ERR_IMAGE_TOOL_FAILED', `${tool} cannot be started: ${messageOf(cause)}`, {
    tool,
    cause,
  });
}

/** A number of milliseconds that a timer can wait. @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function timeLimit(name: string, value: unknown, usual: number): number {
  if (value === undefined) return usual;
  const most = 2 ** 31 - 1;
  if (value === Number.POSITIVE_INFINITY) return most;
  if (typeof value === 'number' && value > 0 && value <= most) return value;
  throw badArgument(`${name} must be a number of milliseconds above 0, at most ${most}, or Infinity`);
}
