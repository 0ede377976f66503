import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultSpec } from '@shimwright/bundle-core';
import { processStat } from '@shimwright/linux-native';
import { decodeEvent } from '@shimwright/shim-api';
import {
  isExitUnknown,
  newClient,
  readSpool,
  type SharedOptions,
  type ShimClient,
  type ShimConfig,
  sharedInfo,
  TaskIO,
  withShared,
  withSharedConnect,
} from '@shimwright/shim-client';
import { sharedProgram } from '@shimwright/shim-service';

/** Which of the two processes is killed. */
export type Victim = 'server' | 'keeper';

/** How long a process may take to be replaced. */
const REPLACED_MS = 20_000;
const POLL_MS = 20;

const hostRoot = [{ type: 'bind', source: '/', target: '', options: ['bind', 'ro'] }];

/** Where the bundles of one run are, and which program serves them. */
export interface PairPlace {
  /** Its name is in the names of all that is made. */
  readonly base: string;
  /** What the server and its keeper are started with before all else. */
  readonly nodeArgs?: readonly string[];
}

/** A server with its keeper, by the control socket of both. */
export class Pair {
  readonly base: string;
  readonly options: Pick<SharedOptions, 'command' | 'args' | 'controlSocket'>;

  constructor({ base, nodeArgs = [] }: PairPlace) {
    this.base = base;
    const { command, args } = sharedProgram();
    const [c = '', script = '', name = '', node = '', ...rest] = args;
    this.options = {
      command,
      args: [c, script, name, node, ...nodeArgs, ...rest],
      controlSocket: path.join(base, 'run', 'control'),
    };
  }

  /** The two processes. */
  async pids(): Promise<Record<Victim, number>> {
    const info = await sharedInfo(this.options);
    const server = info?.shimPid ?? 0;
    return { server, keeper: processStat(server)?.parent ?? 0 };
  }

  /** Kills one of them, and resolves when there is another server. */
  async kill(victim: Victim): Promise<void> {
    const before = await this.pids();
    if (before[victim] <= 1) throw new Error(`there is no ${victim}`);
    process.kill(before[victim], 'SIGKILL');
    for (let waited = 0; waited < REPLACED_MS; waited += POLL_MS) {
      await delay(POLL_MS);
      const now = await this.pids().catch(() => undefined);
      if (now && now.server !== 0 && now.server !== before.server && now.keeper > 1) return;
    }
    throw new Error(`there is no other server after the death of the ${victim}`);
  }

  /** A bundle whose container runs a command. */
  async bundle(id: string, args: readonly string[], terminal = false): Promise<Member> {
    const config = {
      ...{ path: path.join(this.base, 'state', id), workDir: path.join(this.base, 'root', id) },
      ...{ namespace: 'test', criu: '', runtimeRoot: path.join(this.base, 'runc'), systemdCgroup: false },
    };
    await mkdir(config.path, { recursive: true });
    await mkdir(config.workDir, { recursive: true });
    const cgroupsPath = `/${path.basename(this.base)}-${id}`;
    const spec = defaultSpec({ args: [...args], cgroupsPath, terminal });
    await writeFile(path.join(config.path, 'config.json'), JSON.stringify(spec));
    return new Member(this, id, config, terminal);
  }
}

/** An exit as it was told. */
export interface ToldExit {
  readonly id: string;
  readonly status: number;
  readonly isUnknown: boolean;
}

/** One bundle and its shim. */
export class Member {
  readonly id: string;
  readonly config: ShimConfig;
  readonly #options: SharedOptions;
  readonly #isTerminal: boolean;
  #shim: ShimClient | undefined;

  constructor(pair: Pair, id: string, config: ShimConfig, isTerminal: boolean) {
    this.id = id;
    this.config = config;
    this.#isTerminal = isTerminal;
    this.#options = {
      ...pair.options,
      daemonAddress: path.join(pair.base, `daemon-${id}.sock`),
      address: `unix://${path.join(pair.base, 's', id)}`,
    };
  }

  /** Its shim. @throws before `add`. */
  get shim(): ShimClient {
    if (this.#shim) return this.#shim;
    throw new Error(`${this.id} has no shim yet`);
  }

  async add(): Promise<ShimClient> {
    this.#shim = await newClient(this.config, withShared(this.#options));
    return this.#shim;
  }

  /** Gets the shim again, of whoever serves it now. */
  async reconnect(): Promise<ShimClient> {
    await this.#shim?.close();
    this.#shim = await newClient(this.config, withSharedConnect(this.#options));
    return this.#shim;
  }

  async create(stdio: Partial<TaskIO['paths']> = {}): Promise<number> {
    const request = { id: this.id, bundle: this.config.path, rootfs: hostRoot, terminal: this.#isTerminal };
    return (await this.shim.create({ ...request, ...stdio })).pid;
  }

  io(stdin: boolean): Promise<TaskIO> {
    return TaskIO.create(path.join(path.dirname(this.config.path), `${this.id}-io`), {
      stdin,
      terminal: this.#isTerminal,
    });
  }

  /** The exits that were told, once there are as many. */
  async exits(count: number): Promise<readonly ToldExit[]> {
    let found: ToldExit[] = [];
    for (let waited = 0; waited < 5_000 && found.length < count; waited += POLL_MS) {
      const events = await readSpool(this.#options.daemonAddress);
      found = events.flatMap(({ event }) => {
        const { type, message } = decodeEvent(event);
        if (type !== 'containerd.events.TaskExit') return [];
        return [{ id: message.id, status: message.exitStatus, isUnknown: isExitUnknown(event) }];
      });
      if (found.length < count) await delay(POLL_MS);
    }
    return found;
  }

  /** Ends all of it. */
  async end(): Promise<void> {
    const { shim } = this;
    await shim.kill({ id: this.id, signal: 9, all: true }).catch(() => {}); // it may have ended
    await shim.delete({}).catch(async () => {
      await shim.wait({ id: this.id }).catch(() => {});
      await shim.delete({}).catch(() => {}); // it is gone already
    });
    await shim.stopShim().catch(() => {});
    await shim.close();
  }
}

/** What a container is asked to run as a further process. */
export function execSpec(args: readonly string[]) {
  const spec = { args, cwd: '/', env: ['PATH=/usr/bin:/bin'], user: { uid: 0, gid: 0 } };
  return {
    typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/Process',
    value: Buffer.from(JSON.stringify(spec)),
  };
}
