import { TaskError } from './errors.ts';

/** Where a process of a container is in its life. */
export type ProcessState =
  | 'creating'
  | 'created'
  | 'starting'
  | 'running'
  | 'pausing'
  | 'paused'
  | 'resuming'
  | 'stopped'
  | 'deleted';

/** What moves a process from one state to another. What ends in `ed` was done by the OCI runtime, or by the process. */
export type Happening =
  | 'created'
  | 'start'
  | 'started'
  | 'pause'
  | 'paused'
  | 'resume'
  | 'resumed'
  | 'refused'
  | 'exited'
  | 'deleted';

/** What is asked of a process, where its state decides about it. */
export type Action = 'start' | 'pause' | 'resume' | 'update' | 'checkpoint' | 'exec' | 'resize' | 'delete';

type Moves = Readonly<Partial<Record<Happening, ProcessState>>>;

/** All transitions there are. What has no place here changes nothing: it came too late. */
const MOVES: Readonly<Record<ProcessState, Moves>> = {
  creating: { created: 'created', exited: 'stopped', deleted: 'deleted' },
  created: { start: 'starting', exited: 'stopped', deleted: 'deleted' },
  starting: { started: 'running', refused: 'created', exited: 'stopped' },
  running: { pause: 'pausing', exited: 'stopped' },
  pausing: { paused: 'paused', refused: 'running', exited: 'stopped' },
  paused: { resume: 'resuming', exited: 'stopped' },
  resuming: { resumed: 'running', refused: 'paused', exited: 'stopped' },
  stopped: { deleted: 'deleted' },
  deleted: {},
};

const STARTABLE: readonly ProcessState[] = ['created'];
const ALIVE: readonly ProcessState[] = ['created', 'starting', 'running', 'pausing', 'paused', 'resuming'];
const UNDER_WAY: readonly ProcessState[] = ['starting', 'running', 'pausing', 'resuming'];

/** In which states an action is allowed. */
const ALLOWED: Readonly<Record<Action, readonly ProcessState[]>> = {
  start: STARTABLE,
  pause: ['running'],
  resume: ['paused'],
  update: ALIVE,
  checkpoint: UNDER_WAY.concat('paused'),
  exec: UNDER_WAY.concat('created'),
  resize: ALIVE,
  delete: ['creating', 'created', 'stopped'],
};

/** The words of containerd's shims for an action that is refused; they are matched by clients. */
const WORDS: Readonly<Record<Action, (state: ProcessState) => string>> = {
  start: (state) => `cannot start a ${state} process`,
  pause: (state) =>
    state === 'created' ? 'cannot pause task in created state' : `cannot pause a ${state} container`,
  resume: (state) => {
    if (state === 'created') return 'cannot resume task in created state';
    return state === 'running' ? 'cannot resume a running process' : `cannot resume a ${state} container`;
  },
  update: (state) => `cannot update a ${state} container`,
  checkpoint: (state) =>
    state === 'created'
      ? 'cannot checkpoint a task in created state'
      : `cannot checkpoint a ${state} container`,
  exec: (state) => `cannot exec in a ${state} state`,
  resize: (state) => `cannot resize a ${state} container`,
  delete: (state) => `cannot delete a ${state} process`,
};

/** The state of one process, which changes only as the table above allows. */
export class StateMachine {
  #state: ProcessState;

  constructor(state: ProcessState = 'creating') {
    this.#state = state;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** Notes what has happened. */
  note(happening: Happening): void {
    this.#state = MOVES[this.#state][happening] ?? this.#state;
  }

  /** Takes over what somebody else knows better: the OCI runtime after a deadline, or the note of an earlier shim. */
  settle(state: ProcessState): void {
    if (this.#state !== 'stopped' && this.#state !== 'deleted') this.#state = state;
  }

  /** @throws {TaskError} `ERR_TASK_STATE`, or `ERR_TASK_NOT_FOUND` for a process that was deleted. */
  require(action: Action, id: string): void {
    if (ALLOWED[action].includes(this.#state)) return;
    if (this.#state === 'deleted')
      throw new TaskError('ERR_TASK_NOT_FOUND', `process ${id} does not exist`, { id });
    throw new TaskError('ERR_TASK_STATE', WORDS[action](this.#state), { id });
  }
}
