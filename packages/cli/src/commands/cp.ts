import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Container } from '@shimwright/containers';
import { Command } from 'commander';
import { CliError } from '../errors.ts';
import { printJson } from '../output.ts';
import { findContainer, hasCode, placeOf, wantsJson } from '../place.ts';
import { abortOnSignal } from '../terminal.ts';

export function cpCommand(): Command {
  return new Command('cp')
    .summary('copy files into a container or out of it')
    .description(
      'Copy a file or directory: CONTAINER:PATH is in a container, and - is a tar archive on stdin or stdout. Into a directory that is there, it keeps its name.',
    )
    .argument('<from>', 'a path, CONTAINER:PATH or -')
    .argument('<to>', 'a path, CONTAINER:PATH or -')
    .action(cp);
}

/** `CONTAINER:PATH`; what has a slash before the colon is a path of this machine. */
function inContainer(text: string): { readonly name: string; readonly target: string } | undefined {
  const [, name, target] = /^([^/:]+):(.*)$/s.exec(text) ?? [];
  return name === undefined || target === undefined
    ? undefined
    : { name, target: path.posix.resolve('/', target) };
}

async function cp(from: string, to: string, _: object, command: Command): Promise<void> {
  const [source, target] = [inContainer(from), inContainer(to)];
  if ((source === undefined) === (target === undefined))
    throw new CliError('one of the two must be CONTAINER:PATH, and the other a path of this machine or -');
  using ended = abortOnSignal();
  const place = placeOf(command);
  if (source) await copyOut(await findContainer(source.name, place), source.target, to, ended.signal);
  if (target) await copyIn(await findContainer(target.name, place), from, target.target, ended.signal);
  if (wantsJson(command)) await printJson({ from, to });
}

async function copyOut(container: Container, source: string, to: string, signal: AbortSignal): Promise<void> {
  const archive = await container.copyOut(source, { signal });
  if (to === '-') return pipeline(archive, process.stdout, { end: false });
  const isDirectory = statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isDirectory && !existsSync(path.dirname(path.resolve(to))))
    throw new CliError(`${path.dirname(path.resolve(to))} is not there`);
  if (!isDirectory && to.endsWith('/')) throw new CliError(`${to} is no directory`);
  const cwd = isDirectory ? to : path.dirname(path.resolve(to));
  const name = isDirectory ? path.posix.basename(source) : path.basename(path.resolve(to));
  const tar = await import('tar'); // which takes long to load
  await pipeline(archive, tar.extract({ cwd, strict: true, onReadEntry: (entry) => rename(entry, name) }));
}

async function copyIn(
  container: Container,
  from: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  if (from === '-') return container.copyIn(process.stdin, target, { signal });
  const found = statSync(from, { throwIfNoEntry: false });
  if (!found) throw new CliError(`${from} is not there`);
  const file = path.resolve(from);
  const isDirectory = await isDirectoryIn(container, target, signal);
  const [directory, name] = isDirectory
    ? [target, path.basename(file)]
    : [path.posix.dirname(target), path.posix.basename(target)];
  const tar = await import('tar');
  const archive = tar.create(
    { cwd: path.dirname(file), strict: true, onWriteEntry: (entry) => rename(entry, name) },
    [`./${path.basename(file)}`],
  );
  await container.copyIn(archive as unknown as AsyncIterable<Uint8Array>, directory, { signal });
}

/** The first part of the paths in an archive is the name of what was packed. */
function rename(entry: { path: string }, name: string): void {
  const [, ...rest] = entry.path.replace(/^\.\//, '').split('/');
  entry.path = [name, ...rest].join('/');
}

/** By the first entry of its archive. */
async function isDirectoryIn(container: Container, target: string, signal: AbortSignal): Promise<boolean> {
  if (target === '/') return true;
  const tar = await import('tar');
  const looked = new AbortController();
  let isDirectory = false;
  const parser = new tar.Parser({
    onReadEntry: (entry) => {
      isDirectory ||= entry.type === 'Directory' && !looked.signal.aborted;
      looked.abort();
    },
  });
  try {
    const archive = await container.copyOut(target, { signal: AbortSignal.any([signal, looked.signal]) });
    for await (const chunk of archive) parser.write(chunk);
  } catch (error) {
    signal.throwIfAborted();
    if (!looked.signal.aborted && !hasCode(error, 'ERR_CONTAINER_COPY')) throw error;
  }
  return isDirectory;
}
