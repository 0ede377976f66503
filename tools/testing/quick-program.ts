import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { oneFile } from '../one-file.ts';
import { builtProgram } from './built-program.ts';

const made = new Map<string, Promise<string>>();

/** A program of the tests as one file, made of its source when the first test asks for it: for what is started many times. */
export function quickProgram(source: string): Promise<string> {
  const program = made.get(source) ?? make(source);
  made.set(source, program);
  return program;
}

async function make(source: string): Promise<string> {
  const file = builtProgram(
    'tests',
    `${path.basename(source, '.ts')}-${path.basename(path.dirname(source))}.mjs`,
  );
  if (existsSync(file)) return file;
  const own = `${file}.${process.pid}`; // other test files may be making it too
  await oneFile(source, own);
  await rename(own, file);
  return file;
}
