import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { execSpec, type Member, type Pair } from './pair.ts';

/** A container in a state in which one of the two is killed. */
interface Prepared {
  readonly member: Member;
  /** Looks that nothing was lost, and ends the container. @returns what was, in words. */
  readonly check: () => Promise<readonly string[]>;
}

/** How a container is brought into a state. @param random a number below 1, for the moment. */
export type State = (pair: Pair, id: string, random: number) => Promise<Prepared>;

const SLEEP = ['/bin/sleep', '600'];
const LINES = 20_000;
const COUNT = Array.from({ length: LINES }, (_, index) => `${index + 1}`);

/** What was expected and is not so. */
class Problems {
  readonly found: string[] = [];

  same(what: string, got: unknown, expected: unknown): void {
    const [one, other] = [JSON.stringify(got), JSON.stringify(expected)];
    if (one !== other) this.found.push(`${what}: ${one?.slice(0, 400)} instead of ${other?.slice(0, 400)}`);
  }
}

/** What every container is to end with: the statuses of its exits, all of them known. */
async function ended(member: Member, problems: Problems, statuses: Readonly<Record<string, number>>) {
  const told = await member.exits(Object.keys(statuses).length);
  const byId = told.toSorted((one, other) => one.id.localeCompare(other.id));
  const expected = Object.entries(statuses).map(([id, status]) => ({ id, status, isUnknown: false }));
  problems.same(
    'exits',
    byId,
    expected.toSorted((one, other) => one.id.localeCompare(other.id)),
  );
  await member.end();
  return problems.found;
}

/** Kills a container that still runs, and looks at its end. */
async function killed(member: Member, problems: Problems, others: Readonly<Record<string, number>> = {}) {
  const { shim, id } = member;
  await shim.kill({ id, signal: 9 });
  problems.same('status', (await shim.wait({ id })).exitStatus, 137);
  return ended(member, problems, { ...others, [id]: 137 });
}

const creating: State = async (pair, id, random) => {
  const member = await pair.bundle(id, SLEEP);
  await member.add();
  const creation = member.create().then(
    (pid) => pid,
    () => undefined,
  );
  await delay(40 * random);
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const pid = await creation;
      const shim = await member.reconnect();
      if (pid === undefined) await member.create();
      else problems.same('pid', (await shim.state({ id })).pid, pid);
      await shim.start({ id });
      return killed(member, problems);
    },
  };
};

const created: State = async (pair, id) => {
  const member = await pair.bundle(id, SLEEP);
  await member.add();
  const pid = await member.create();
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const shim = await member.reconnect();
      const { status, pid: found } = await shim.state({ id });
      problems.same('state', { status, pid: found }, { status: 'CREATED', pid });
      await shim.start({ id });
      return killed(member, problems);
    },
  };
};

const terminal: State = async (pair, id, random) => {
  const script = `stty -echo -onlcr; echo ready; read go; seq 1 ${LINES}; while read line; do echo "got $line"; [ "$line" != bye ] || exit 5; done`;
  const member = await pair.bundle(id, ['/bin/sh', '-c', script], true);
  const shim = await member.add();
  const io = await member.io(true);
  await member.create(io.paths);
  const output = new Output(io.streams().stdout);
  await shim.start({ id });
  await output.until('ready');
  io.streams().stdin?.write('go\n');
  await delay(30 * random); // it writes meanwhile
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const again = await member.reconnect();
      await output.until(`\n${LINES}`);
      await again.resizePty({ id, width: 99, height: 33 });
      io.streams().stdin?.write('hello\n');
      await output.until('got hello');
      io.streams().stdin?.write('bye\n');
      problems.same('status', (await again.wait({ id })).exitStatus, 5);
      await output.until('got bye');
      const lines = output.text.replaceAll('\r', '').trim().split('\n');
      problems.same('output', lines, ['ready', ...COUNT, 'got hello', 'got bye']);
      const found = await ended(member, problems, { [id]: 5 });
      await io.close();
      return found;
    },
  };
};

const log: State = async (pair, id, random) => {
  const half = LINES / 2;
  const script = `seq 1 ${half}; sleep 0.3; seq ${half + 1} ${LINES}; exit 6`;
  const member = await pair.bundle(id, ['/bin/sh', '-c', script]);
  const shim = await member.add();
  const file = path.join(pair.base, 'logs', `${id}.log`);
  await member.create({ stdout: `file://${file}`, stderr: `file://${file}` });
  await shim.start({ id });
  await delay(60 * random);
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const again = await member.reconnect();
      problems.same('status', (await again.wait({ id })).exitStatus, 6);
      const found = await ended(member, problems, { [id]: 6 }); // its log is whole when it is deleted
      problems.same('log', readFileSync(file, 'utf8').trim().split('\n'), COUNT);
      return problems.found.length > found.length ? problems.found : found;
    },
  };
};

const stdin: State = async (pair, id) => {
  const member = await pair.bundle(id, ['/bin/cat']);
  const shim = await member.add();
  const io = await member.io(true);
  await member.create(io.paths);
  const output = new Output(io.streams().stdout);
  await shim.start({ id });
  io.streams().stdin?.write('before ');
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const again = await member.reconnect();
      const input = io.streams().stdin;
      await new Promise<void>((resolve) => input?.end('after', () => resolve()));
      await again.closeIO({ id, stdin: true });
      problems.same('status', (await again.wait({ id })).exitStatus, 0);
      await output.ended;
      problems.same('output', output.text, 'before after');
      const found = await ended(member, problems, { [id]: 0 });
      await io.close();
      return found;
    },
  };
};

const paused: State = async (pair, id) => {
  const member = await pair.bundle(id, SLEEP);
  const shim = await member.add();
  await member.create();
  await shim.start({ id });
  await shim.pause({});
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const again = await member.reconnect();
      problems.same('state', (await again.state({ id })).status, 'PAUSED');
      await again.resume({});
      return killed(member, problems);
    },
  };
};

const execStarting: State = async (pair, id, random) => {
  const member = await pair.bundle(id, SLEEP);
  const shim = await member.add();
  await member.create();
  await shim.start({ id });
  await shim.exec({
    id: 'exec',
    spec: execSpec(['/bin/sh', '-c', 'trap "exit 7" TERM; echo; sleep 600 & wait']),
  });
  const starting = shim.start({ id: 'exec' }).catch(() => undefined);
  await delay(50 * random);
  return {
    member,
    check: async () => {
      const problems = new Problems();
      await starting;
      const again = await member.reconnect();
      let { status, pid } = await again.state({ id: 'exec' });
      if (status === 'CREATED') ({ pid } = await again.start({ id: 'exec' }));
      status = (await again.state({ id: 'exec' })).status;
      const { processes } = await again.listPids({ id });
      const isListed = processes.some((one) => one.pid === pid && pid !== 0);
      problems.same('an exec in the container', isListed, status === 'RUNNING');
      if (status !== 'RUNNING') {
        await again.wait({ id: 'exec' });
        await member.end();
        return problems.found;
      }
      await delay(50); // until it has set its trap
      await again.kill({ id: 'exec', signal: 15 });
      problems.same('status', (await again.wait({ id: 'exec' })).exitStatus, 7);
      return killed(member, problems, { exec: 7 });
    },
  };
};

const execRunning: State = async (pair, id) => {
  const member = await pair.bundle(id, SLEEP);
  const shim = await member.add();
  await member.create();
  await shim.start({ id });
  const scripts = { long: 'trap "exit 7" TERM; sleep 600 & wait', short: 'sleep 0.1; exit 9' };
  for (const [execId, script] of Object.entries(scripts)) {
    await shim.exec({ id: execId, spec: execSpec(['/bin/sh', '-c', script]) });
    await shim.start({ id: execId });
  }
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const again = await member.reconnect();
      problems.same('status of one that ended meanwhile', (await again.wait({ id: 'short' })).exitStatus, 9);
      await again.kill({ id: 'long', signal: 15 });
      problems.same('status', (await again.wait({ id: 'long' })).exitStatus, 7);
      return killed(member, problems, { long: 7, short: 9 });
    },
  };
};

const stopping: State = async (pair, id, random) => {
  const member = await pair.bundle(id, ['/bin/sh', '-c', 'sleep 0.1; exit 4']);
  const shim = await member.add();
  await member.create();
  await shim.start({ id });
  await delay(200 * random);
  return { member, check: () => hasStopped(member) };
};

const stopped: State = async (pair, id) => {
  const member = await pair.bundle(id, ['/bin/sh', '-c', 'exit 4']);
  const shim = await member.add();
  await member.create();
  await shim.start({ id });
  await shim.wait({ id });
  return { member, check: () => hasStopped(member) };
};

async function hasStopped(member: Member): Promise<readonly string[]> {
  const problems = new Problems();
  const { id } = member;
  const shim = await member.reconnect();
  problems.same('status', (await shim.wait({ id })).exitStatus, 4);
  problems.same('state', (await shim.state({ id })).status, 'STOPPED');
  return ended(member, problems, { [id]: 4 });
}

const deleting: State = async (pair, id, random) => {
  const member = await pair.bundle(id, ['/bin/sh', '-c', 'exit 4']);
  const shim = await member.add();
  await member.create();
  await shim.start({ id });
  await shim.wait({ id });
  const deleted = shim.delete({}).catch(() => undefined);
  await delay(12 * random);
  return {
    member,
    check: async () => {
      const problems = new Problems();
      const answer = await deleted;
      const again = await member.reconnect();
      const outcome = await again.delete({}).catch((error: unknown) => error);
      const status = answer?.exitStatus ?? (outcome as { exitStatus?: number }).exitStatus ?? 4;
      problems.same('status', status, 4);
      return ended(member, problems, { [id]: 4 });
    },
  };
};

/** All states there are. */
export const STATES: Readonly<Record<string, State>> = {
  ...{ creating, created, terminal, log, stdin, paused },
  ...{ 'exec starting': execStarting, 'exec running': execRunning, stopping, stopped, deleting },
};

/** What comes out of a container. */
class Output {
  text = '';
  readonly ended: Promise<void>;
  #onText = () => {};

  constructor(stream: Readable | undefined) {
    this.ended = new Promise((resolve) => stream?.once('close', () => resolve()));
    stream?.on('error', () => {}); // a terminal that is gone
    stream?.on('data', (data) => {
      this.text += String(data);
      this.#onText();
    });
  }

  async until(text: string): Promise<void> {
    const late = delay(15_000, 'late', { ref: false });
    while (!this.text.includes(text)) {
      const more = new Promise<string>((resolve) => {
        this.#onText = () => resolve('more');
      });
      if ((await Promise.race([more, late])) === 'late')
        throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.text.slice(-200))}`);
    }
  }
}
