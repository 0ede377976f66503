import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { LogWriter } from './log-writer.ts';
import { readLogs } from './read-logs.ts';

async function newLog() {
  const directory = await tempDir({ recording: '' });
  const files = {
    log: path.join(directory, 'log'),
    older: path.join(directory, 'log.1'),
    recording: path.join(directory, 'recording'),
  };
  return { files, writer: new LogWriter(files, 100) };
}

test('what was put aside last is read by who follows, although nothing is written after it', async () => {
  const { files, writer } = await newLog();
  const write = (text: string) => writer.write(Buffer.from(`${text}\n`), 'stdout');

  await write('first');
  const seen: string[] = [];
  for await (const { text } of readLogs(files, { follow: true }, async () => {})) {
    seen.push(text);
    if (text !== 'first') continue;
    for (let count = 0; count < 5; count += 1) await write('x'.repeat(200)); // each is put aside
    await write(`last ${'y'.repeat(200)}`); // so is this one
    await writer.close();
    await rm(files.recording);
  }
  expect(seen.at(-1)).toMatch(/^last y/);
});

test('each line is read once, however often the log is put aside while it is followed', async () => {
  const { files, writer } = await newLog();

  const seen: string[] = [];
  let count = 0;
  const more = async () => {
    if (count === 20) return;
    count += 1;
    await writer.write(Buffer.from(`line ${count} ${'z'.repeat(60)}\n`), 'stdout');
    if (count === 20) await rm(files.recording);
  };
  await more();
  for await (const { text } of readLogs(files, { follow: true }, more)) seen.push(text.split(' ')[1] ?? '');
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
  await writer.close();
});
