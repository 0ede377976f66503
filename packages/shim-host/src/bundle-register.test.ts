import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { BundleRegister, REGISTER_FORMAT, type RegisteredProcess, readRegister } from './bundle-register.ts';

const shim = {
  ...{ path: '/run/b/web', workDir: '/run/w/web', namespace: 'ns', criu: '', runtimeRoot: '/run/runc' },
  ...{ systemdCgroup: false, address: 'unix:///run/s/web', daemonAddress: '/run/m', publisher: '' },
  ...{ spool: '/run/m.events', token: 't' },
};
const one = { id: 'web', pid: 7, startTime: '1' };
const two = { id: 'exec', pid: 8, startTime: '2' };
const any = (process: RegisteredProcess) => process;

async function register() {
  const file = path.join(await tempDir(), 'web.register');
  const opened = new BundleRegister<RegisteredProcess>(file, shim, 'a package 1.2.3');
  opened.open();
  return { file, opened, read: () => readRegister(readFileSync(file, 'utf8'), any) };
}

describe('a register', () => {
  test('says what was saved last and not forgotten, and by whom', async () => {
    const { opened, read } = await register();
    opened.save(one);
    opened.save(two);
    opened.save({ ...two, pid: 9 });
    opened.forget('web');
    expect(read()).toEqual({
      ...{ format: REGISTER_FORMAT, by: 'a package 1.2.3' },
      shim: { ...shim, server: { pid: process.pid, startTime: expect.any(String) } },
      processes: [{ ...two, pid: 9 }],
    });
  });

  test('stays short, however often something changes', async () => {
    const { file, opened, read } = await register();
    for (let count = 0; count < 1000; count += 1) opened.save({ ...one, pid: count });
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(110);
    expect(read()?.processes).toEqual([{ ...one, pid: 999 }]);
  });

  test('is made anew when somebody removed it', async () => {
    const { file, opened, read } = await register();
    opened.save(one);
    rmSync(file);
    opened.save(two);
    expect(read()?.processes).toEqual([one, two]);
  });

  test.each([
    '7',
    '{"process":null}',
    '{"shim":null}',
    '{"shim":{"path":7}}',
    '{"forget":{}}',
    'null',
    '[]',
    '{"pro',
  ])('a line %s costs nothing beside itself', async (line) => {
    const { file, opened, read } = await register();
    opened.save(one);
    writeFileSync(file, `${line}\n`, { flag: 'a' });
    opened.save(two);
    expect(read()?.processes).toEqual([one, two]);
  });

  test('that does not say its format is of the first one, and a later one says so', () => {
    const lines = (...entries: readonly object[]) =>
      entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const registered = { shim: { ...shim, server: { pid: 7, startTime: '1' } } };
    expect(readRegister(lines(registered), any)).toMatchObject({ format: 1, by: '' });
    const later = lines({ format: 99, by: 'b 9.0.0' }, registered, { process: one });
    const seen: number[] = [];
    readRegister(later, (process, format) => {
      seen.push(format);
      return process;
    });
    expect(seen).toEqual([99]);
    expect(readRegister(later, any)).toMatchObject({ format: 99, by: 'b 9.0.0', processes: [one] });
  });

  test('never makes its reader throw, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify({ shim })))),
        (lines) => {
          expect(() => readRegister(lines.join('\n'), any)).not.toThrow();
        },
      ),
    );
  });
});
