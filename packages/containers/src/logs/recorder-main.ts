// The recorder as a process: it writes the logs of all containers of a place, so that they go on when the program that made them has ended.
import { recordAll } from './recorder.ts';

const [bundles = '', work = '', idleMs = ''] = process.argv.slice(2);

// Whoever ends the program that started it does not mean this one; what it reads from is told by the pipes.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => {});

recordAll({ bundles, work, idleMs: Number(idleMs) }).catch(() => process.exit(1));
