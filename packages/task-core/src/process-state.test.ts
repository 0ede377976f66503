import { describe, expect, test } from 'vitest';
import { type Action, type Happening, type ProcessState, StateMachine } from './process-state.ts';

/** A process that has gone through these. */
function after(...happenings: readonly Happening[]): StateMachine {
  const machine = new StateMachine();
  for (const each of happenings) machine.note(each);
  return machine;
}

const PATHS: Readonly<Record<ProcessState, readonly Happening[]>> = {
  creating: [],
  created: ['created'],
  starting: ['created', 'start'],
  running: ['created', 'start', 'started'],
  pausing: ['created', 'start', 'started', 'pause'],
  paused: ['created', 'start', 'started', 'pause', 'paused'],
  resuming: ['created', 'start', 'started', 'pause', 'paused', 'resume'],
  stopped: ['created', 'exited'],
  deleted: ['created', 'exited', 'deleted'],
};
const STATES = Object.keys(PATHS) as ProcessState[];

describe('the state of a process', () => {
  test.each(STATES)('can be %s', (state) => {
    expect(after(...PATHS[state]).state).toBe(state);
  });

  test.each(STATES.filter((state) => state !== 'deleted'))(
    'is stopped when it has ended while %s',
    (state) => {
      expect(after(...PATHS[state], 'exited').state).toBe('stopped');
    },
  );

  test.each(['created', 'start', 'started', 'pause', 'paused', 'resume', 'resumed', 'refused'] as const)(
    'stays stopped when it hears of "%s" only then',
    (late) => {
      expect(after('created', 'start', 'exited', late).state).toBe('stopped');
    },
  );

  test.each([
    ['starting', 'created'],
    ['pausing', 'running'],
    ['resuming', 'paused'],
  ] as const)('is again what it was when %s was refused', (state, before) => {
    expect(after(...PATHS[state], 'refused').state).toBe(before);
  });

  test('is what the runtime says after a deadline, unless it has ended', () => {
    const pausing = after(...PATHS.pausing);
    pausing.settle('paused');
    expect(pausing.state).toBe('paused');
    const stopped = after(...PATHS.stopped);
    stopped.settle('running');
    expect(stopped.state).toBe('stopped');
  });

  test.each([
    ['start', 'running', 'cannot start a running process'],
    ['pause', 'created', 'cannot pause task in created state'],
    ['pause', 'paused', 'cannot pause a paused container'],
    ['resume', 'running', 'cannot resume a running process'],
    ['resume', 'stopped', 'cannot resume a stopped container'],
    ['update', 'stopped', 'cannot update a stopped container'],
    ['checkpoint', 'created', 'cannot checkpoint a task in created state'],
    ['exec', 'paused', 'cannot exec in a paused state'],
    ['resize', 'stopped', 'cannot resize a stopped container'],
    ['delete', 'paused', 'cannot delete a paused process'],
  ] as const satisfies readonly [Action, ProcessState, string][])(
    'refuses to %s one that is %s in the words of containerd',
    (action, state, words) => {
      expect(() => after(...PATHS[state]).require(action, 'one')).toThrow(
        expect.objectContaining({ code: 'ERR_TASK_STATE', message: words }),
      );
    },
  );

  test('is no state at all once it was deleted', () => {
    expect(() => after(...PATHS.deleted).require('delete', 'one')).toThrow(
      expect.objectContaining({ code: 'ERR_TASK_NOT_FOUND' }),
    );
  });
});
