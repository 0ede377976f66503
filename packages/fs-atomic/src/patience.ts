const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
const MAX_WAIT_MS = 30_000;

/** Out of descriptors, or, on Windows, while a virus scanner holds what is to be renamed. */
type Passing = (error: NodeJS.ErrnoException) => boolean;

export const outOfDescriptors: Passing = ({ code }) => code === 'EMFILE' || code === 'ENFILE';

export const heldByOthers: Passing = ({ code }) =>
  process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES' || code === 'EBUSY');

/** What a call of Node's is given to answer. */
export type Answer<Result> = (error: NodeJS.ErrnoException | null, result: Result) => void;

/** A call of Node's as a promise. What hinders it and passes by itself is waited for, for some time. */
export function called<Result>(call: (answer: Answer<Result>) => void, passing?: Passing): Promise<Result> {
  return new Promise((resolve, reject) => {
    let pause = FIRST_PAUSE_MS;
    let waited = 0;
    const attempt = () =>
      call((error, result) => {
        if (!error) return resolve(result);
        if (!passing?.(error) || waited >= MAX_WAIT_MS) return reject(error);
        waited += pause;
        setTimeout(attempt, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      });
    attempt();
  });
}
