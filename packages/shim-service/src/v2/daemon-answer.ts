import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BootstrapResult } from '@shimwright/shim-api/bootstrap';
import { identify } from '@shimwright/shim-host';
import { daemonVersion } from './daemon-version.ts';
import type { GroupFiles } from './group.ts';

/** How a daemon is told where its shim listens: by a plain address, by JSON, or by a message. */
export type AnswerForm = 'plain' | 'json' | 'message';

/** What tells of the daemon that asks. */
export interface AskingDaemon {
  /** Its address for gRPC. */
  readonly address: string;
  /** Whether it gave `BootstrapParams`, as daemons from 2.3 on do. */
  readonly gaveParams: boolean;
}

/**
 * Which answer a daemon takes. All take a plain address, which means task v2; JSON says v3, so that a pod needs one start, and is
 * taken from 2.0 on; the message from 2.3 on. 1.7 and 2.0 to 2.2 start a shim alike, so that the daemon itself is asked.
 */
export async function answerFormFor(daemon: AskingDaemon, env: NodeJS.ProcessEnv): Promise<AnswerForm> {
  if (daemon.gaveParams) return 'message';
  // Before 1.7 there is no such variable; who has none, and is no containerd, is asked nothing.
  if (env['MAX_SHIM_VERSION'] === undefined) return 'plain';
  const [major = 0] = (await daemonVersion(daemon.address))?.replace(/^v/, '').split('.').map(Number) ?? [];
  return major >= 2 ? 'json' : 'plain';
}

/** The answer in this form. */
export function answer(form: AnswerForm, address: string): Uint8Array | string {
  const result = { version: 3, address, protocol: 'ttrpc' };
  if (form === 'plain') return address;
  return form === 'json'
    ? JSON.stringify(result)
    : BootstrapResult.encode(BootstrapResult.fromPartial(result)).finish();
}

/** Notes the form that the process which has started this one takes, for the front program. */
export function noteAnswerForm(files: GroupFiles, form: AnswerForm): void {
  const daemon = identify(process.ppid);
  if (!daemon) return;
  for (const pid of readdirSync(files.daemons)) {
    if (isOver(path.join(files.daemons, pid), Number(pid)))
      rmSync(path.join(files.daemons, pid), { force: true });
  }
  // The front program can write text only, and 2.3 takes JSON as well.
  const noted = form === 'plain' ? 'plain' : 'json';
  writeFileSync(path.join(files.daemons, String(daemon.pid)), `${daemon.startTime} ${noted}\n`, {
    mode: 0o600,
  });
}

function isOver(file: string, pid: number): boolean {
  const [startTime] = readFileSync(file, 'utf8').split(' ');
  return identify(pid)?.startTime !== startTime;
}
