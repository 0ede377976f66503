import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What the samples of a file are: bytes to a server, bytes to a client, or a message by the name of its type. */
export type CorpusName = 'requests' | 'responses' | 'messages' | 'streams';

/** Real bytes, which mutations begin with. */
export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The file of these samples: a name and hex digits to a line. */
export function corpusFile(name: CorpusName): string {
  return path.join(import.meta.dirname, 'corpus', `${name}.txt`);
}

/** The samples of a file. */
export function corpus(name: CorpusName): readonly Sample[] {
  return readFileSync(corpusFile(name), 'utf8').trim().split('\n').map(parseLine);
}

/** A sample as a line of its file. */
export function corpusLine({ name, bytes }: Sample): string {
  return `${name} ${Buffer.from(bytes).toString('hex')}`;
}

function parseLine(line: string): Sample {
  const [name = '', hex = ''] = line.split(' ');
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length * 2 !== hex.length) throw new Error(`the sample ${name} is no hex`);
  return { name, bytes };
}
