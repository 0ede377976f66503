import { checkCapability } from '../checks/capability.ts';
import {
  checkAbsolutePath,
  checkChoice,
  checkId,
  checkList,
  checkObject,
  checkText,
  checkWhole,
} from '../checks/option-value.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { PosixRlimit, Process, User } from '../spec/process.ts';
import { checkMapped, type Mappings } from './mappings.ts';
import type { DefaultSpecOptions } from './options.ts';
import { checkRlimit, type RlimitOption } from './rlimit.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

// Enough to be init for processes of other users, and to serve a port below 1024.
const CAPABILITIES = ['CAP_KILL', 'CAP_NET_BIND_SERVICE'];

// A core dump is handed to a program of the host, as root, chosen by the host's core_pattern.
const RLIMITS: readonly RlimitOption[] = [
  { type: 'RLIMIT_NOFILE', soft: 1024, hard: 1024 },
  { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
];

/** The capabilities that the container's root keeps. */
export function capabilitiesOf({ capabilities = CAPABILITIES }: DefaultSpecOptions): string[] {
  return checkList(capabilities, 'process.capabilities', checkCapability);
}

/** The first process. */
export function processOf(options: DefaultSpecOptions, mapped: Mappings): Process {
  const { args, cwd = '/', env = [], terminal = false, user = { uid: 0, gid: 0 } } = options;
  const capabilities = capabilitiesOf(options);
  return {
    terminal: checkChoice(terminal, 'process.terminal'),
    user: checkUser(user, mapped),
    args: checkArgs(args),
    env: withUsualEnv(checkList(env, 'process.env', checkVariable), terminal),
    cwd: checkAbsolutePath(cwd, 'process.cwd'),
    capabilities: {
      bounding: [...capabilities],
      effective: [...capabilities],
      permitted: [...capabilities],
      inheritable: [],
      ambient: [],
    },
    rlimits: checkList<RlimitOption, PosixRlimit>(options.rlimits ?? RLIMITS, 'process.rlimits', checkRlimit),
    noNewPrivileges: true,
  };
}

function checkArgs(args: readonly string[]): string[] {
  const checked = checkList(args, 'process.args', checkText);
  if (!checked[0]) throw invalidValue('process.args', 'names no command');
  return checked;
}

function checkVariable(value: string, field: string): string {
  if (checkText(value, field).indexOf('=') > 0) return value;
  // It may be a secret, so it is not repeated.
  throw invalidValue(field, 'is not NAME=VALUE');
}

function withUsualEnv(env: string[], terminal: boolean): string[] {
  const usual = terminal ? [PATH, 'TERM=xterm'] : [PATH];
  const isNew = (variable: string) =>
    !env.some((given) => given.startsWith(variable.slice(0, variable.indexOf('=') + 1)));
  return [...usual.filter(isNew), ...env];
}

function checkUser(user: NonNullable<DefaultSpecOptions['user']>, mapped: Mappings): User {
  const { uid, gid, umask, additionalGids } = checkObject(user, 'process.user');
  const checkGid = (id: number, field: string) => checkMapped(checkId(id, field), field, mapped?.gids);
  return {
    uid: checkMapped(checkId(uid, 'process.user.uid'), 'process.user.uid', mapped?.uids),
    gid: checkGid(gid, 'process.user.gid'),
    ...(umask !== undefined && { umask: checkWhole(umask, 'process.user.umask', 0, 0o777) }),
    ...(additionalGids && {
      additionalGids: checkList(additionalGids, 'process.user.additionalGids', checkGid),
    }),
  };
}
