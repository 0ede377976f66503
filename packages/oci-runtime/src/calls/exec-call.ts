import { badArgument } from '../errors.ts';
import { validStdio } from '../processes/descriptors.ts';
import {
  validCommand,
  validCount,
  validId,
  validList,
  validOptions,
  validPath,
  validText,
} from '../validate.ts';
import type { RuntimeExecOptions } from './call-options.ts';
import { preserved, startFlags } from './container-calls.ts';
import { flags } from './flags.ts';
import type { Invocation, InvocationFiles } from './invocation.ts';
import { processJson } from './spec-json.ts';
import type { ProcessSpec } from './specs.ts';

const COMMAND_ONLY = [
  'cwd',
  'env',
  'user',
  'additionalGids',
  'capabilities',
  'noNewPrivileges',
  'apparmorProfile',
  'selinuxLabel',
] as const satisfies readonly (keyof RuntimeExecOptions)[];

/** `exec`, of a command or of a process as the OCI specification has it. */
export function execCall(
  id: string,
  process: readonly string[] | ProcessSpec,
  options: RuntimeExecOptions,
): Invocation {
  const { detach = false, tty = false, cgroup } = options;
  const common = flags({
    detach,
    tty,
    cgroup: cgroup === undefined ? undefined : validText(cgroup, 'the cgroup'),
  });
  const what = isCommand(process) ? command(id, process, options) : specified(id, process, options);
  validId(id);
  return {
    call: 'exec',
    id,
    args: (files) => [...common, ...startFlags(options, files.pidFile), ...what(files)],
    standard: validStdio(options),
    preserved: preserved(options),
    makes: {
      kind: 'process',
      isDetached: detach,
      pidFile: options.pidFile === undefined ? undefined : validPath(options.pidFile, 'pidFile'),
    },
  };
}

function isCommand(process: readonly string[] | ProcessSpec): process is readonly string[] {
  return Array.isArray(process);
}

// Runtimes stop looking for options at the id, so that those among the words are the command's.
function command(id: string, words: readonly string[], options: RuntimeExecOptions): () => string[] {
  const args = [...commandFlags(options), id, ...validCommand(words)];
  return () => args;
}

function commandFlags(options: RuntimeExecOptions): string[] {
  const { cwd, env = {}, user, additionalGids = [], capabilities = [], noNewPrivileges } = options;
  return flags({
    cwd: text(cwd, 'the directory'),
    env: Object.entries(validOptions(env, 'env')).map(([name, value]) => variable(name, value)),
    user: text(user, 'the user'),
    'additional-gids': validList(additionalGids, 'additionalGids').map((gid) => validCount(gid, 'a group')),
    cap: validList(capabilities, 'capabilities').map((name) => validText(name, 'a capability')),
    'no-new-privs': noNewPrivileges,
    apparmor: text(options.apparmorProfile, 'the AppArmor profile'),
    'process-label': text(options.selinuxLabel, 'the SELinux label'),
  });
}

function specified(
  id: string,
  process: ProcessSpec,
  options: RuntimeExecOptions,
): (files: InvocationFiles) => string[] {
  const ignored = COMMAND_ONLY.find((name) => options[name] !== undefined);
  if (ignored) throw badArgument(`${ignored} is for a command: a process specification has its own`);
  const input = processJson(process);
  return ({ writeInput }) => [`--process=${writeInput(input)}`, id];
}

function variable(name: string, value: string): string {
  if (name === '' || name.includes('=')) throw badArgument(`"${name}" is no name of a variable`);
  return `${validText(name, 'the name of a variable')}=${validText(value, `the variable ${name}`)}`;
}

function text(value: string | undefined, what: string): string | undefined {
  return value === undefined ? undefined : validText(value, what);
}
