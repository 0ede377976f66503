import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { buildGo } from '../go.ts';

const PACKAGE = path.join(import.meta.dirname, '../../packages/shim-api');

/** A field of a message, as its .proto file declares it. */
export interface Field {
  /** Its name in TypeScript. */
  readonly name: string;
  /** Its name in the .proto file. */
  readonly protoName: string;
  readonly number: number;
  /** Without the prefix `TYPE_`, for example `STRING`. */
  readonly type: string;
  readonly isRepeated: boolean;
  /** The full name of the message or enum it holds. */
  readonly typeName: string | undefined;
}

/** The fields of each message, by its full name; those of a map's entries are messages too. */
export type Schema = ReadonlyMap<string, readonly Field[]>;

/** What our .proto files, or those of another directory, declare. */
export async function schemaOf(directory = path.join(PACKAGE, 'proto')): Promise<Schema> {
  const { stdout } = await buf(['build', directory, '--exclude-source-info', '--output=-#format=json']);
  const { file: files }: { readonly file: readonly FileDescriptor[] } = JSON.parse(
    Buffer.from(stdout).toString(),
  );
  return new Map(files.flatMap((file) => messagesOf(file.package, file.messageType)));
}

/** Asks Google's Go library what it makes of messages of ours: the bytes it writes of them, or why it writes none. */
export async function askGoWire(
  directory: string,
  questions: readonly (readonly [type: string, bytes: Uint8Array])[],
): Promise<readonly ({ readonly bytes: Uint8Array } | { readonly error: string })[]> {
  const set = path.join(directory, 'descriptors.binpb');
  const { stdout } = await buf([
    'build',
    path.join(PACKAGE, 'proto'),
    '--as-file-descriptor-set',
    '--output=-',
  ]);
  await writeFile(set, stdout);
  const input = questions.map(([type, bytes]) => `${type} ${Buffer.from(bytes).toString('hex')}\n`).join('');
  const answers = await execa(await buildGo(path.join(import.meta.dirname, 'go-wire')), [set], {
    input,
    stripFinalNewline: false,
  });
  return answers.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line.startsWith('error: ') ? { error: line } : { bytes: new Uint8Array(Buffer.from(line, 'hex')) },
    );
}

interface FileDescriptor {
  readonly package: string;
  readonly messageType?: readonly MessageDescriptor[];
}

interface MessageDescriptor {
  readonly name: string;
  readonly field?: readonly {
    readonly name: string;
    readonly jsonName: string;
    readonly number: number;
    readonly label: string;
    readonly type: string;
    readonly typeName?: string;
  }[];
  readonly nestedType?: readonly MessageDescriptor[];
}

function messagesOf(
  parent: string,
  messages: readonly MessageDescriptor[] = [],
): [string, readonly Field[]][] {
  return messages.flatMap(({ name, field = [], nestedType }) => {
    const fullName = `${parent}.${name}`;
    const fields = field.map((one) => ({
      name: one.jsonName,
      protoName: one.name,
      number: one.number,
      type: one.type.replace('TYPE_', ''),
      isRepeated: one.label === 'LABEL_REPEATED',
      typeName: one.typeName?.slice(1),
    }));
    return [[fullName, fields] as [string, readonly Field[]], ...messagesOf(fullName, nestedType)];
  });
}

function buf(args: readonly string[]) {
  return execa(path.join(PACKAGE, 'node_modules/.bin/buf'), args, { encoding: 'buffer' });
}
