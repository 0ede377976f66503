import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { isShortage } from '@shimwright/linux-native';

/** What is noted: what is taken from a connection, a call in it, its end, what has come of one, or the end of a connection. */
interface Note {
  /** The connection. */
  readonly c: number;
  /** What is about to be taken from its socket, in base64. */
  readonly t?: string;
  /** The stream of a call. */
  readonly s?: number;
  /** The frame of its request in base64; without it, the call is over. */
  readonly f?: string;
  /** What has come of a frame, in base64; all that was taken is noted then. */
  readonly p?: string;
}

/** What one connection waits for. */
interface Connection {
  readonly calls: Map<number, string>;
  taken: string;
  rest: string;
}

const MAX_BYTES = 256 * 1024;

/** How soon it is tried again to note what the disk did not take. */
const RETRY_MS = 1_000;

const IDS_IN_A_MILLISECOND = 1_000;

/**
 * The calls that were not answered yet, in a file: another process reads from it what was read from the connections before, and
 * answers that first.
 */
export class OpenCalls {
  readonly #file: string;
  readonly #log: (message: string) => void;
  readonly #connections = new Map<number, Connection>();
  #descriptor: number | undefined;
  #bytes = 0;
  #isStale = false;
  #retry: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(file: string, log: (message: string) => void) {
    this.#file = file;
    this.#log = log;
    for (const note of notesIn(file)) this.#apply(note);
    this.#rewrite();
  }

  /** The number of a new connection, which no other has had: one that is over may still be in the store. */
  nextId(): number {
    this.#lastId = Math.max(this.#lastId + 1, Date.now() * IDS_IN_A_MILLISECOND);
    return this.#lastId;
  }

  /** What was read from a connection and not answered. */
  bytesOf(connection: number): Buffer {
    const { calls = [], rest = '' } = this.#connections.get(connection) ?? {};
    return Buffer.concat(
      [...calls].map(([, frame]) => Buffer.from(frame, 'base64')).concat(Buffer.from(rest, 'base64')),
    );
  }

  /** What an earlier process was about to take from a connection, and may have taken; mostly nothing. */
  takenFrom(connection: number): Buffer {
    return Buffer.from(this.#connections.get(connection)?.taken ?? '', 'base64');
  }

  /** The frames of the calls that were not answered, of all connections. */
  get frames(): Buffer[] {
    return [...this.#connections.values()].flatMap(({ calls }) =>
      [...calls.values()].map((frame) => Buffer.from(frame, 'base64')),
    );
  }

  /** A connection is there. */
  begin(connection: number): void {
    if (!this.#connections.has(connection)) this.#note({ c: connection, p: '' });
  }

  /** Something is taken from it now. */
  taking(connection: number, bytes: Buffer): void {
    this.#note({ c: connection, t: bytes.toString('base64') });
  }

  /** The requests in what was taken, by their streams, and the part of a frame at the end of it; none where that is whole. */
  took(
    connection: number,
    requests: readonly (readonly [stream: number, frame: Buffer])[],
    rest: Buffer,
  ): void {
    this.#note(...requests.map(([s, frame]) => ({ c: connection, s, f: frame.toString('base64') })), {
      c: connection,
      p: rest.toString('base64'),
    });
  }

  /** It was answered. */
  remove(connection: number, stream: number): void {
    this.#note({ c: connection, s: stream });
  }

  /** The connection is over. */
  end(connection: number): void {
    this.#note({ c: connection });
  }

  #apply({ c, t, s, f, p }: Note): void {
    const known = this.#connections.get(c) ?? { calls: new Map<number, string>(), taken: '', rest: '' };
    this.#connections.set(c, known);
    if (t !== undefined) known.taken = t;
    else if (p !== undefined) Object.assign(known, { taken: '', rest: p });
    else if (s === undefined) this.#connections.delete(c);
    else if (f === undefined) known.calls.delete(s);
    else known.calls.set(s, f);
  }

  #note(...notes: readonly Note[]): void {
    for (const note of notes) this.#apply(note);
    if (this.#isStale) return; // it is noted with all the others
    if (this.#bytes > MAX_BYTES) {
      this.#rewrite();
      return;
    }
    const lines = Buffer.from(notes.map(lineOf).join(''));
    this.#bytes += lines.length;
    this.#whole('a call', () => {
      if (this.#descriptor !== undefined && writeSync(this.#descriptor, lines) < lines.length)
        throw new Error('the disk took half of it');
    });
  }

  #rewrite(): void {
    const notes = [...this.#connections].flatMap(([c, { calls, taken, rest }]): Note[] => [
      { c, p: rest },
      ...[...calls].map(([s, f]) => ({ c, s, f })),
      ...(taken === '' ? [] : [{ c, t: taken }]),
    ]);
    const content = notes.map(lineOf).join('');
    this.#whole('the calls', () => {
      const descriptor = this.#openNew(content);
      if (this.#descriptor !== undefined) closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    });
    this.#bytes = content.length - MAX_BYTES > 0 ? 0 : content.length;
  }

  /** Puts a file in the place of that which there was. */
  #openNew(content: string): number {
    const hidden = `${this.#file}.new`;
    let descriptor: number | undefined;
    try {
      writeFileSync(hidden, content, { mode: 0o600 });
      descriptor = openSync(hidden, 'a');
      renameSync(hidden, this.#file);
      return descriptor;
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      rmSync(hidden, { force: true });
      throw error;
    }
  }

  /**
   * Half of what is noted must not spoil what comes behind it, and what a disk did not take would be missed by the next process: so all
   * is written anew then, once that can be done. The containers go on meanwhile.
   */
  #whole(what: string, write: () => void): void {
    try {
      write();
      this.#isStale = false;
    } catch (error) {
      if (!this.#isStale) this.#log(`cannot note ${what}: ${String(error)}`);
      this.#isStale = true;
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#rewrite();
      }, RETRY_MS).unref();
    }
  }
}

function notesIn(file: string): Note[] {
  try {
    return readFileSync(file, 'utf8').split('\n').flatMap(parsed);
  } catch (error) {
    if (isShortage(error)) throw error; // another process can read them
    return []; // there was no process before this
  }
}

function parsed(line: string): Note[] {
  try {
    const note: unknown = JSON.parse(line);
    return typeof note === 'object' && note !== null && Number.isSafeInteger((note as Note).c)
      ? [note as Note]
      : [];
  } catch {
    return []; // half of it was written
  }
}

function lineOf(note: Note): string {
  return `${JSON.stringify(note)}\n`;
}
