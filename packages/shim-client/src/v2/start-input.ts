import { statSync } from 'node:fs';
import { Any } from '@shimwright/shim-api';
import { BootstrapParams } from '@shimwright/shim-api/bootstrap';
import type { TaskConfig } from './task-config.ts';

/** What `start` reads from its stdin: that of containerd 2.3 and later, or, before that, the runtime's options or nothing. */
export type InputForm = 'params' | 'options';

/** All that the forms are made from. */
export interface StartFacts {
  readonly config: TaskConfig;
  readonly eventsAddress: string;
  readonly daemonAddress: string;
  readonly publisher: string;
  readonly socketDirectory: string | undefined;
  readonly logLevel: number;
}

// The stock shims of 1.7 to 2.3 take each form, that of 1.6 refuses the newer one, and what comes after 2.3 the older one. No
// version can be asked for without a run of the program, so the newer form is tried first, and the outcome is kept.
const known = new Map<string, InputForm>();

/** A program, told from what may have its name tomorrow. */
export function programKey(binary: string): string {
  const { dev, ino, size, mtimeMs } = statSync(binary);
  return [binary, dev, ino, size, mtimeMs].join(' ');
}

/** The forms to try, in this order. */
export function formsFor(key: string): readonly InputForm[] {
  const form = known.get(key);
  return form === undefined ? ['params', 'options'] : [form];
}

/** Keeps which form a program takes, for as long as this process lives. */
export function rememberForm(key: string, form: InputForm): void {
  known.set(key, form);
}

/** The bytes of a form. */
export function startInput(form: InputForm, facts: StartFacts): Uint8Array {
  const { options } = facts.config;
  if (form === 'options') return options ? Any.encode(options).finish() : new Uint8Array();
  return BootstrapParams.encode(
    BootstrapParams.fromPartial({
      instanceId: facts.config.id,
      namespace: facts.config.namespace,
      logLevel: facts.logLevel,
      containerdVersion: SPOKEN_VERSION,
      containerdTtrpcAddress: facts.eventsAddress,
      containerdGrpcAddress: facts.daemonAddress,
      containerdBinary: facts.publisher,
      extensions: options ? [{ value: options }] : [],
      ...(facts.socketDirectory !== undefined && { socketDir: facts.socketDirectory }),
    }),
  ).finish();
}

/** The version of containerd whose way to start a shim this is. */
const SPOKEN_VERSION = '2.3.0';
