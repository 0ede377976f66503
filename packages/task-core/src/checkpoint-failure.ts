import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { TaskError } from './errors.ts';

/**
 * What to throw for a checkpoint that failed. CRIU's own log says why; it is kept in the bundle, where the stock shim
 * puts it, as the directory that CRIU works in does not stay.
 */
export function checkpointFailure(error: unknown, workPath: string, bundle: string): unknown {
  if (!(error instanceof TaskError) || error.code !== 'ERR_TASK_RUNTIME') return error;
  const [firstLine = ''] = error.message.split('\n'); // the second names a file that is about to go
  const kept = path.join(bundle, 'criu-dump.log');
  const { cause } = error;
  try {
    copyFileSync(path.join(workPath, 'dump.log'), kept);
  } catch {
    return new TaskError('ERR_TASK_RUNTIME', firstLine, { cause }); // criu did not get that far
  }
  return new TaskError('ERR_TASK_RUNTIME', `${firstLine} path= ${kept}`, { path: kept, cause });
}
