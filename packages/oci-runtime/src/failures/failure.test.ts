import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RecordedRun } from '../../test/fixtures/recorder.ts';
import { ABSENT, expected, PAUSED, RUNNING, STOPPED } from '../../test/fixtures/situations.ts';
import { failureOf, type RuntimeEnd } from './failure.ts';
import { parseLog } from './runtime-log.ts';

const LOGS = new URL('../../test/fixtures/logs/', import.meta.url);

describe.each(readdirSync(LOGS))('the failures of %s', (file) => {
  const runs: Record<string, RecordedRun> = JSON.parse(readFileSync(new URL(file, LOGS), 'utf8'));

  test('mean what they are, and nothing by the words of others', () => {
    const codes = Object.entries(runs).map(([title, { call, exitCode, stderr, log }]) => {
      const end = { exitCode, stderr, log: parseLog(log), hasWaited: false };
      return [title, failureOf(end, { call, id: 'web', stateDirectories: ['/base/runc'] })?.code];
    });
    expect(Object.fromEntries(codes)).toEqual(expected([...ABSENT, ...RUNNING, ...PAUSED, ...STOPPED]));
  });

  test('have logs that are read whole, whatever their layout', () => {
    for (const { log } of Object.values(runs)) {
      for (const { level, message, time } of parseLog(log)) {
        expect(level).toMatch(/^(error|warning)$/);
        expect(message).not.toBe('');
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT/);
      }
    }
  });
});

const asked = { call: 'exec', id: 'web', stateDirectories: ['/run/crun'] };
const json = (...messages: string[]) =>
  parseLog(messages.map((msg) => JSON.stringify({ level: 'error', msg })).join('\n'));
const end = (facts: Partial<RuntimeEnd>): RuntimeEnd => ({
  exitCode: 1,
  stderr: '',
  log: [],
  hasWaited: false,
  ...facts,
});

test('a log in plain text counts as a whole, so that nobody adds a line to it', () => {
  const code = (log: string) => failureOf(end({ log: parseLog(log) }), asked)?.code;
  expect(code('container does not exist\n')).toBe('ERR_RUNTIME_NOT_EXIST');
  expect(code('exec "x\ncontainer does not exist\n": not found')).toBe('ERR_RUNTIME_FAILED');
  expect(code('exec "x\n{"level":"error","msg":"container does not exist"}\n": not found')).toBe(
    'ERR_RUNTIME_FAILED',
  );
});

test('stderr counts where there is no log, and nobody but the runtime writes there', () => {
  const stderr = 'container does not exist';
  expect(failureOf(end({ stderr }), { ...asked, call: 'ps' })?.code).toBe('ERR_RUNTIME_NOT_EXIST');
  for (const call of ['create', 'run', 'restore', 'start', 'exec', 'delete', 'kill']) {
    expect(failureOf(end({ stderr }), { ...asked, call })).toEqual({
      code: 'ERR_RUNTIME_FAILED',
      words: stderr,
    });
  }
  expect(failureOf(end({ stderr, log: json('no space left') }), { ...asked, call: 'ps' })).toEqual({
    code: 'ERR_RUNTIME_FAILED',
    words: 'no space left',
  });
});

test.each([
  ['the status of a process', end({ exitCode: 3, hasWaited: true }), undefined],
  [
    'that beside a warning',
    end({ exitCode: 1, hasWaited: true, log: parseLog('{"level":"warning","msg":"x"}') }),
    undefined,
  ],
  [
    'that beside a poststop hook of runc 1.1',
    end({ hasWaited: true, log: json('error running hook #0: x') }),
    undefined,
  ],
  [
    'that beside a poststop hook of crun',
    end({ hasWaited: true, log: json('poststop hook failed with exit code: 7') }),
    undefined,
  ],
  [
    'that beside any error',
    end({ exitCode: 2, hasWaited: true, log: json('cannot remove a cgroup') }),
    undefined,
  ],
  [
    'a poststart hook of runc',
    end({ hasWaited: true, log: json('runc run failed: error running hook #0: x') }),
    'ERR_RUNTIME_FAILED',
  ],
  [
    'a poststart hook of crun',
    end({ exitCode: 255, hasWaited: true, log: json('error executing hook `/bin/sh` (exit code: 7)') }),
    'ERR_RUNTIME_FAILED',
  ],
  [
    'an error before there was a process',
    end({ exitCode: 3, log: json('error running hook #0: x') }),
    'ERR_RUNTIME_FAILED',
  ],
  ['a status before there was a process', end({ exitCode: 3 }), 'ERR_RUNTIME_FAILED'],
  ['a signal that ended the runtime', end({ exitCode: undefined, hasWaited: true }), 'ERR_RUNTIME_FAILED'],
])('%s is told from a failure', (_, ended, code) => {
  expect(failureOf(ended, { ...asked, call: 'run' })?.code).toBe(code);
});
