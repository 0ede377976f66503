import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { needs } from '../testing/needs.ts';
import {
  demoOutput,
  recordedOutput,
  stepsIn,
  TERMINAL_PICTURE,
  terminalPicture,
} from './terminal-picture.ts';

test('the picture of a terminal shows what was recorded: node tools/docs/terminal-picture.ts draws it', () => {
  expect(readFileSync(TERMINAL_PICTURE, 'utf8')).toBe(terminalPicture(recordedOutput()));
});

describe('what was recorded', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  test('has the steps that the demo tells today', async () => {
    const steps = stepsIn(await demoOutput());
    expect(steps.length).toBeGreaterThan(8);
    expect(stepsIn(recordedOutput())).toEqual(steps);
  });
});
