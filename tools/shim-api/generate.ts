// Makes packages/shim-api/src/gen from the .proto files beside it: `node tools/shim-api/generate.ts [OUT]`.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

const PACKAGE = path.join(import.meta.dirname, '../../packages/shim-api');

const OPTIONS = [
  'esModuleInterop=true',
  'outputServices=generic-definitions',
  'useDate=false', // a Date has no nanoseconds
  'forceLong=bigint',
  'useJsTypeOverride=true', // Timestamp has numbers
  'stringEnums=true',
  'enumsAsLiterals=true', // objects and types, which Node can strip
  'outputJsonMethods=false',
  'useExactTypes=false',
  'exportCommonSymbols=false',
  'importSuffix=.ts',
  'annotateFilesWithVersion=false',
];

/** Generates the code into a directory, which is emptied first. */
export async function generate(out: string): Promise<void> {
  await generateRaw(out);
  for (const file of await readdir(out, { recursive: true })) {
    if (file.endsWith('.ts')) await adapt(path.join(out, file), path.relative(path.dirname(file), 'wire.ts'));
  }
}

/** The same code as the generator gives it, on its own runtime. */
export async function generateRaw(out: string): Promise<void> {
  await rm(out, { recursive: true, force: true });
  const plugin = { local: 'node_modules/.bin/protoc-gen-ts_proto', out, strategy: 'all', opt: OPTIONS };
  const template = { version: 'v2', inputs: [{ directory: 'proto' }], plugins: [plugin] };
  await execa('node_modules/.bin/buf', ['generate', '--template', JSON.stringify(template)], {
    cwd: PACKAGE,
  });
}

/** Lets the code read and write with our own wire.ts, which is stricter about what it reads, and ten times as fast. */
async function adapt(file: string, wire: string): Promise<void> {
  const generated = await readFile(file, 'utf8');
  const adapted = withNamesOf(wire, asWritten(asRead(asMade(documented(generated)))))
    // Types and helpers at the end of each file, which wire.ts has once.
    .replace(/\ntype Builtin = [\s\S]*$/, '');
  await writeFile(file, adapted);
}

/** The comments that the generator leaves out. */
function documented(code: string): string {
  return code
    .replaceAll(/^export const (\w+): MessageFns</gm, '/** The codec of `$1` messages. */\n$&')
    .replaceAll(/^export const (\w+)Definition = {$/gm, '/** The calls of the service `$1`. */\n$&')
    .replaceAll(/^ {2}(UNRECOGNIZED: )/gm, '  /** UNRECOGNIZED - A value that is not known here. */\n  $1')
    .replaceAll(/^ {2}export type (\w+) = typeof \w+\.\w+;$/gm, '  /** The value `$1`. */\n$&');
}

/** What makes a message of a part of it. */
function asMade(code: string): string {
  return code
    .replaceAll(/( {2}fromPartial\((\w+): DeepPartial<(\w+)>\): \w+ {\n)/g, "$1    messageOf($2, '$3');\n")
    .replaceAll(/object\.(\w+)\?\.map\(\(e\) => BigInt\(e\)\) \|\| \[\]/g, 'listOf(object.$1, uint64Of)')
    .replaceAll(/object\.(\w+)\?\.map\((.*)\) \|\| \[\];/g, 'listOf(object.$1, $2);')
    .replaceAll(
      /\(object\.(\w+) !== undefined && object\.\w+ !== null\)\s+\? BigInt\(object\.\w+\)\s+: 0n/g,
      'uint64Of(object.$1)',
    )
    .replaceAll(
      / = \(globalThis\.Object\.entries\(object\.(\w+) \?\? {}\) as \[string, string\]\[\]\)\.reduce\([\s\S]*?\n {4}\);/g,
      ' = textsOf(object.$1);',
    );
}

/** What makes bytes of a message. */
function asWritten(code: string): string {
  return code
    .replaceAll(/( {2}encode\((message): (\w+), writer: .*\n)/g, "$1    messageOf($2, '$3');\n")
    .replaceAll(/( {2}encode\(_: (\w+), writer: .*\n)/g, "$1    messageOf(_, '$2');\n")
    .replaceAll(/ +if \(BigInt\.as.* {\n.*throw new globalThis\.Error\(.*\n +}\n/g, '')
    .replaceAll('writer.uint32(8).int64(BigInt(message.seconds))', 'writer.uint32(8).int64(message.seconds)')
    .replaceAll(/for \(const v of (message\.\w+)\)/g, 'for (const v of itemsOf($1))')
    .replaceAll(/(message\.\w+)\.length !== 0\) {\n(.*\.fork)/g, 'itemsOf($1).length !== 0) {\n$2')
    .replaceAll(/globalThis\.Object\.entries\((message\.\w+)\)/g, 'entriesOf($1)')
    .replaceAll(
      /( {4}case \w+\.UNRECOGNIZED:\n)( {4}default:\n)( {6}return -1;\n)/g,
      "$1$3$2      throw badValue(object, 'value of its enum');\n",
    );
}

/** What makes a message of bytes. */
function asRead(code: string): string {
  return (
    code
      .replaceAll(
        /( {2}decode\(input: BinaryReader \| Uint8Array, length\?: number)\): (\w+) {/g,
        '$1, into?: $2): $2 {',
      )
      .replaceAll(
        /const message = (createBase\w+\(\));\n {6}while/g,
        'const message = into ?? $1;\n      while',
      )
      .replaceAll('const tag = reader.uint32();', 'const tag = reader.tag();')
      // A message that is given twice is one, merged.
      .replaceAll(
        /(message\.\w+) = (\w+)\.decode\(reader, reader\.uint32\(\)\)/g,
        '$1 = $2.decode(reader, reader.length(), $1)',
      )
      .replaceAll('.decode(reader, reader.uint32())', '.decode(reader, reader.length())')
      .replaceAll(
        /const end2 = reader\.uint32\(\) \+ reader\.pos;\n([\s\S]*?\n {14}}\n)/g,
        (_, loop) => `const end2 = reader.packedEnd();\n${loop}              reader.reached(end2);\n`,
      )
      // A list of numbers may also come one by one, as it does from old programs, and then takes twelve times its bytes.
      .replaceAll(/(if \(tag === \d+\) {\n +message\.\w+\.push\(reader)\.(\w+)\(\)/g, '$1.counted().$2()')
      .replaceAll(
        /if \(entry(\d+)\.value !== undefined\) {\n +(message\.\w+)\[entry\d+\.key\] = entry\d+\.value;\n +}/g,
        'setText($2, entry$1.key, entry$1.value);',
      )
      .replaceAll('.uint64() as bigint', '.uint64()')
      .replaceAll(/longToNumber\((reader\.int64\(\))\)/g, '$1')
      // No message of ours holds itself, so that nothing can nest without bound.
      .replaceAll(/ {4}const previousRecursionDepth [\s\S]*?\n {4}try {\n/g, '')
      .replaceAll(/ {4}} finally {\n.*__tsProtoDecodeDepth = .*\n {4}}\n/g, '')
      .replaceAll(
        'const end = length === undefined ? reader.len : reader.pos + length;',
        'const end = reader.end(length);',
      )
      .replaceAll(/ {8}if \(\(tag & 7\) === 4 \|\| tag === 0\) {\n {10}break;\n {8}}\n/g, '')
      .replaceAll('reader.skip(tag & 7);', 'reader.skip(tag);')
      .replaceAll(/( {6})}\n {6}return message;\n/g, '$1}\n$1reader.reached(end);\n$1return message;\n')
  );
}

const HELPERS = ['badValue', 'entriesOf', 'itemsOf', 'listOf', 'messageOf', 'setText', 'textsOf', 'uint64Of'];

/** Imports what the code uses of wire.ts. */
function withNamesOf(wire: string, code: string): string {
  const used = HELPERS.filter((name) => code.includes(`${name}(`) || code.includes(`${name})`));
  const names = ['BinaryReader', 'BinaryWriter', 'type DeepPartial', 'type MessageFns', ...used];
  return code.replace(
    'import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";',
    `import { ${names.join(', ')} } from "../${wire}";`,
  );
}

if (import.meta.main) await generate(path.resolve(process.argv[2] ?? path.join(PACKAGE, 'src/gen')));
