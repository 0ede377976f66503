import type { OciRuntimeErrorCode } from '../errors.ts';

/** What was asked of a runtime. */
export interface Asked {
  /** The call, such as `start`. */
  readonly call: string;
  /** The container concerned. */
  readonly id?: string | undefined;
  /** The directories of which one holds the state of each container, in a directory of its name. */
  readonly stateDirectories: readonly string[];
}

type Code = Extract<
  OciRuntimeErrorCode,
  'ERR_RUNTIME_NOT_EXIST' | 'ERR_RUNTIME_EXISTS' | 'ERR_RUNTIME_STATE' | 'ERR_RUNTIME_UNSUPPORTED'
>;

/** The calls that make a container: for these it can be there already, but neither be missing nor in a wrong state. */
const MAKING: readonly string[] = ['create', 'run', 'restore'];

const FOR_MAKING: readonly Code[] = ['ERR_RUNTIME_EXISTS', 'ERR_RUNTIME_UNSUPPORTED'];
const FOR_OTHERS: readonly Code[] = ['ERR_RUNTIME_NOT_EXIST', 'ERR_RUNTIME_STATE', 'ERR_RUNTIME_UNSUPPORTED'];

/**
 * What a runtime's message means, by the words of runc 1.0 to 1.3, crun 1.0 to 1.28 and youki 0.3.
 *
 * A message counts only as a whole: names of programs, directories and bundles, and what a hook prints, are parts of
 * other messages, and whoever chose them could have chosen such words. One that is not known is
 * `ERR_RUNTIME_FAILED`: a guess would be worse than none.
 */
export function failureCode(message: string, asked: Asked): OciRuntimeErrorCode {
  const possible = MAKING.includes(asked.call) ? FOR_MAKING : FOR_OTHERS;
  const meant = messagesOf(asked);
  return (
    possible.find((code) => meant[code].some((words) => isWhole(words, message))) ?? 'ERR_RUNTIME_FAILED'
  );
}

function isWhole(words: string, message: string): boolean {
  return new RegExp(`^(?:${words})$`).test(message.trim());
}

function messagesOf({ call, id = '', stateDirectories }: Asked): Readonly<Record<Code, readonly string[]>> {
  const name = `[\`'"]?${escaped(id)}[\`'"]?`;
  const failed = `(?:exec failed: |runc ${escaped(call)} failed: )?`;
  const state = `(?:${stateDirectories.map((each) => escaped(each)).join('|')})/${escaped(id)}`;
  const missing = 'No such file or directory';
  return {
    ERR_RUNTIME_NOT_EXIST: [
      `${failed}container does not exist`,
      `container ${name} (does not exist|not found)`,
      `container ${name} does not exist: open [\`']${state}/status[\`']: ${missing}`,
      `error opening file [\`']${state}/status[\`']: ${missing}`,
      `cannot open directory [\`']${state}[\`']: ${missing}`,
    ],
    ERR_RUNTIME_EXISTS: [
      `${failed}container with given ID already exists`,
      `${failed}container with id exists: ${name}`,
      `container ${name} already exists`,
    ],
    ERR_RUNTIME_STATE: [
      `${failed}container (is )?not (running|paused|created|stopped)`,
      `container with id ${name} is not running`,
      `(the )?container ${name} is (not )?(running|paused|stopped)`,
      `(the )?container ${name} is not in [a-z\`' ]+ state`,
      'cannot start (an already running container|a container that has stopped|a container in the [a-z]+ state)',
      `cannot delete container ${name} that is not stopped: [a-z]+`,
      `${failed}cannot exec in a (stopped|paused) container( \\(use --ignore-paused to override\\))?`,
      `cannot (exec|open) [\`']${state}/exec\\.fifo[\`']: ${missing}`,
      '(os: )?process already finished',
      `(kill ${name}|kill container|unable to signal init): [Nn]o such process`,
      // crun 1.8, 1.21 and 1.28, once somebody has reaped the process
      '(open pidfd|container not running|process not running): No such process',
    ],
    ERR_RUNTIME_UNSUPPORTED: [
      `unknown command ${escaped(call)}`,
      `No help topic for '${escaped(call)}'`,
      `(error: )?unrecognized subcommand ['"]${escaped(call)}["'][^]*`,
    ],
  };
}

/** `text` for a regular expression that matches it alone. */
function escaped(text: string): string {
  return text.replaceAll(/\W/g, '\\$&');
}
