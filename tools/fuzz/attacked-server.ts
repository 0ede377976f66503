import { strict as assert } from 'node:assert';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ShimDefinition, type ShimService } from '@shimwright/shim-api';
import { connect, type ServiceClient, type TtrpcClient } from '@shimwright/ttrpc';
import { HUNG_MS } from './hung.ts';
import { StreamsDefinition } from './streams-service.ts';

/** The most its heap may have; more ends the process. */
const MAX_HEAP_MIB = 256;

/** What may be in use in the end beyond what was before: buffers for the next reads, code compiled meanwhile. */
const MAX_LEFT_BYTES = 24 * 1024 * 1024;

/** What the process of the server holds, after a garbage collection. */
export interface ServerState {
  /** Of heap and buffers. */
  readonly usedBytes: number;
  /** The most that the whole process has had. */
  readonly peakBytes: number;
  readonly descriptors: number;
  /** Calls that wait for the end of their connection. */
  readonly atWork: number;
}

/**
 * A server of its own process, and a client that behaves and calls it all the time, whose answers are checked. The
 * server must not end, write to its stderr, or leave that client unanswered.
 */
export class AttackedServer implements AsyncDisposable {
  readonly socket: string;
  /** Calls of the client that behaves, all answered as they should be. */
  goodCalls = 0;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #client: TtrpcClient;
  readonly #calls: ShimService;
  readonly #streams: ServiceClient<typeof StreamsDefinition>;
  readonly #good: Promise<void>;
  #failure: Error | undefined;
  #stderr = '';
  #isOver = false;

  static async start(): Promise<AttackedServer> {
    const directory = await mkdtemp(path.join(tmpdir(), 'fuzz-'));
    const socket = path.join(directory, 'server.sock');
    const child = fork(path.join(import.meta.dirname, 'server.ts'), [socket], {
      execArgv: ['--conditions=@shimwright/source', '--expose-gc', `--max-old-space-size=${MAX_HEAP_MIB}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    await once(child, 'message');
    const server = new AttackedServer(child, directory, socket, await connect(socket));
    await server.check(); // by now it has all the descriptors that it will have
    return server;
  }

  private constructor(child: ChildProcess, directory: string, socket: string, client: TtrpcClient) {
    this.socket = socket;
    this.#child = child;
    this.#directory = directory;
    this.#client = client;
    this.#calls = client.service(ShimDefinition);
    this.#streams = client.service(StreamsDefinition);
    child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    this.#good = this.#behave();
    this.#good.catch((error: Error) => {
      this.#failure = error; // told by `check`
    });
  }

  /** Throws when the server has ended, has written to its stderr, or does not answer the client that behaves. */
  async check(): Promise<void> {
    const before = this.goodCalls;
    while (this.goodCalls < before + 3) {
      assert(!this.#isOver, 'the server is closed');
      if (this.#failure) throw this.#failure;
      await new Promise(setImmediate);
    }
    assert.equal(this.#stderr, '', 'the server wrote to its stderr');
  }

  async state(): Promise<ServerState> {
    this.#child.send('state');
    const [state] = await once(this.#child, 'message', { signal: AbortSignal.timeout(HUNG_MS) });
    return state;
  }

  /** Waits until nothing of its clients is left; throws when that takes too long, or when memory is left. */
  async expectAsBefore(before: ServerState, what: string): Promise<void> {
    const deadline = Date.now() + HUNG_MS;
    for (let state = await this.state(); !isIdle(state, before); state = await this.state()) {
      assert(Date.now() < deadline, `${what} left ${JSON.stringify(state)} of ${JSON.stringify(before)}`);
      await this.check();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#good.catch(() => {});
    await this.#client.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #behave(): Promise<void> {
    for (let call = 0; !this.#isOver; call++) {
      const id = `good-${call}`;
      const answer = await this.#calls.state({ id }, { timeoutMs: HUNG_MS }).catch((cause) => {
        throw new Error(`a client that behaves was not answered. stderr: ${this.#stderr}`, { cause });
      });
      assert.equal(answer.id, id);
      if (call % 16 === 0) await this.#stream();
      this.goodCalls += 1;
    }
  }

  /** A call with streams in both directions. */
  async #stream(): Promise<void> {
    const sent = [{ id: 'a' }, { id: '' }, { id: 'c' }];
    const received: unknown[] = [];
    for await (const one of this.#streams.echo(sent, { timeoutMs: HUNG_MS })) received.push(one);
    assert.deepEqual(received, sent);
  }
}

function isIdle(state: ServerState, before: ServerState): boolean {
  return (
    state.atWork === 0 &&
    state.descriptors <= before.descriptors &&
    state.usedBytes < before.usedBytes + MAX_LEFT_BYTES
  );
}
