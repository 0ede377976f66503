import { ShimClientError } from '../errors.ts';
import { runShim, type ShimOutput } from './run-shim.ts';
import { type ShimCommand, taskShimArguments, taskShimEnvironment } from './shim-command.ts';
import { parseStartAnswer, type TaskEndpoint } from './start-answer.ts';
import { formsFor, programKey, rememberForm, type StartFacts, startInput } from './start-input.ts';
import { BeforeStart } from './undo-start.ts';

/** How a shim is started. */
export interface BootstrapOptions {
  readonly binary: string;
  readonly command: ShimCommand;
  readonly facts: StartFacts;
  readonly timeoutMs: number;
}

/**
 * Runs a shim's program with `start`, with the newest form of stdin that it takes, and gives where the shim listens.
 *
 * @throws {ShimClientError} `ERR_SHIM_EXITED` where it failed with each form; `ERR_SHIM_BOOTSTRAP`, `ERR_SHIM_PROTOCOL`,
 * `ERR_SHIM_TIMEOUT`, `ERR_SHIM_SPAWN`.
 */
export async function bootstrap(options: BootstrapOptions, signal?: AbortSignal): Promise<TaskEndpoint> {
  const { binary, command, facts, timeoutMs } = options;
  const key = programKey(binary);
  const refusals: ShimOutput[] = [];
  for (const form of formsFor(key)) {
    const before = new BeforeStart(command.config.path);
    const run = {
      ...{ binary, timeoutMs, cwd: command.config.path, input: startInput(form, facts) },
      args: taskShimArguments('start', command),
      env: taskShimEnvironment(command),
    };
    const output = await runShim(run, signal);
    if (output.exitCode === 0) {
      const endpoint = answerIn(output, binary);
      rememberForm(key, form);
      return endpoint;
    }
    refusals.push(output);
    await before.restore(); // the stock shim of 1.6 has noted an address by then
  }
  throw failed(binary, refusals);
}

/** What it wrote to stderr is no part of its answer, and tells why there is none. */
function answerIn({ stdout, stderr }: ShimOutput, binary: string): TaskEndpoint {
  try {
    return parseStartAnswer(stdout, binary);
  } catch (error) {
    if (!(error instanceof ShimClientError) || stderr === '') throw error;
    const message = `${error.message}; on stderr it wrote: ${stderr}`;
    throw new ShimClientError(error.code, message, { path: binary, stderr, cause: error });
  }
}

function failed(binary: string, refusals: readonly ShimOutput[]): ShimClientError {
  const stderr = [...new Set(refusals.map((refusal) => refusal.stderr).filter(Boolean))].join('; ');
  const last = refusals.at(-1);
  const how = last?.signal ? `was ended by ${last.signal}` : `exited with status ${last?.exitCode}`;
  const message = `the shim ${binary} ${how} before it answered${stderr && `: ${stderr}`}`;
  return new ShimClientError('ERR_SHIM_EXITED', message, {
    ...{ path: binary, stderr },
    exitCode: last?.exitCode ?? null,
  });
}
