import type { PlaceOptions } from '../place.ts';
import { badOption } from './bad-option.ts';
import { type Checks, checkOptions } from './check-options.ts';
import {
  checkAbortSignal,
  checkArguments,
  checkBoolean,
  checkCapabilities,
  checkChoice,
  checkCpus,
  checkDirectory,
  checkEnv,
  checkFunction,
  checkHostname,
  checkInput,
  checkLabels,
  checkMounts,
  checkMs,
  checkName,
  checkNetwork,
  checkPath,
  checkPidsLimit,
  checkSignalName,
  checkText,
  checkWhole,
  checkWritable,
} from './checks.ts';
import type {
  ContainerOptions,
  CreateOptions,
  LimitOptions,
  OutputOptions,
  RunOptions,
} from './container-options.ts';
import type { WaitOptions } from './wait-options.ts';

export const placeChecks: Checks<PlaceOptions> = {
  stateDir: checkPath,
  dataDir: checkPath,
  namespace: checkText,
  runtime: checkText,
  lingerMs: checkWhole(0, 3_600_000),
};

export const waitChecks: Checks<WaitOptions> = { signal: checkAbortSignal };

export const limitChecks: Checks<LimitOptions> = {
  memoryBytes: checkWhole(1),
  cpus: checkCpus,
  pidsLimit: checkPidsLimit,
};

export const outputChecks: Checks<OutputOptions> = {
  stdin: checkInput,
  stdout: checkWritable,
  stderr: checkWritable,
  maxOutputBytes: checkWhole(0),
  timeoutMs: checkMs(1),
};

const containerChecks: Checks<ContainerOptions> = {
  ...placeChecks,
  ...limitChecks,
  image: checkText,
  pull: checkChoice('missing', 'always', 'never'),
  onPullProgress: checkFunction,
  rootfs: checkDirectory,
  args: checkArguments,
  entrypoint: checkArguments,
  name: checkName,
  env: checkEnv,
  user: checkText,
  workdir: checkPath,
  hostname: checkHostname,
  labels: checkLabels,
  mounts: checkMounts,
  readonly: checkBoolean,
  diskBytes: checkWhole(1),
  network: checkNetwork,
  capabilities: checkCapabilities,
  terminal: checkBoolean,
  stopSignal: checkSignalName,
  signal: checkAbortSignal,
};

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT` for what could not run, before anything is made. */
export function checkRunOptions(options: RunOptions): void {
  checkOptions(options, { ...containerChecks, ...outputChecks });
  checkSource(options);
}

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT` for what could not run, before anything is made. */
export function checkCreateOptions(options: CreateOptions): void {
  checkOptions(options, { ...containerChecks, stdin: checkBoolean, maxLogBytes: checkWhole(1) });
  checkSource(options);
}

function checkSource({ image, rootfs, args, entrypoint }: ContainerOptions): void {
  if ((image === undefined) === (rootfs === undefined))
    throw badOption('image', 'or rootfs must be given, and not both');
  if (rootfs !== undefined && !args?.[0] && !entrypoint?.[0]) throw badOption('args', 'names no command');
}
