import type { OciRuntimeErrorCode } from './errors.ts';

// The words of runc 1.0 to 1.3, crun 1.0 to 1.21 and youki 0.3. Those that are not matched are
// `ERR_RUNTIME_FAILED`: a guess would be worse than none.
const WORDS: readonly (readonly [RegExp, OciRuntimeErrorCode])[] = [
  [/container does not exist/, 'ERR_RUNTIME_NOT_EXIST'],
  [/container [`'"]?[\w+.-]+[`'"]? (does not exist|not found)/, 'ERR_RUNTIME_NOT_EXIST'],
  [/error opening file [`'].*\/status[`']: No such file or directory/, 'ERR_RUNTIME_NOT_EXIST'],
  [/cannot open directory [`'].*[`']: No such file or directory/, 'ERR_RUNTIME_NOT_EXIST'],

  [/container with (given ID|id) (already )?exists/, 'ERR_RUNTIME_EXISTS'],
  [/container [`'"]?[\w+.-]+[`'"]? already exists/, 'ERR_RUNTIME_EXISTS'],

  [/container (is )?not (running|paused|created|stopped)/, 'ERR_RUNTIME_STATE'],
  [/container (with id )?[`'"]?[\w+.-]+[`'"]? is (not )?(running|paused|stopped)/, 'ERR_RUNTIME_STATE'],
  [/container [`'"]?[\w+.-]+[`'"]? is not in .* state/, 'ERR_RUNTIME_STATE'],
  [/cannot start (an already running container|a container that has stopped)/, 'ERR_RUNTIME_STATE'],
  [/cannot delete container .* that is not stopped/, 'ERR_RUNTIME_STATE'],
  [/cannot exec in a (stopped|paused) container/, 'ERR_RUNTIME_STATE'],
  [/cannot (exec|open) .*exec\.fifo/, 'ERR_RUNTIME_STATE'],
  [/process already finished/, 'ERR_RUNTIME_STATE'],
  [/kill [`'"]?[\w+.-]+[`'"]?: No such process/, 'ERR_RUNTIME_STATE'],
  [/(unable to signal init|kill container).*no such process/i, 'ERR_RUNTIME_STATE'],

  [/^(unknown command|No help topic for|unrecognized subcommand)/, 'ERR_RUNTIME_UNSUPPORTED'],
];

/** What a runtime's last words mean. */
export function failureCode(message: string): OciRuntimeErrorCode {
  return WORDS.find(([words]) => words.test(message))?.[1] ?? 'ERR_RUNTIME_FAILED';
}
