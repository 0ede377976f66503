// Carries out what the harness orders, by one message each, and answers with what was thrown.
import { flushCompileCache } from 'node:module';
import { sweep } from '@shimwright/fs-atomic';
import { type Operation, operations } from './operations.ts';
import type { Order, Report } from './subject.ts';

function report(error: unknown): Report {
  const { name, message, code, path, cause, errors } = error as Error & {
    readonly code?: string;
    readonly path?: string;
    readonly errors?: readonly unknown[];
  };
  const causes = [...(cause === undefined ? [] : [cause]), ...(errors ?? [])].map(report);
  return { name, message, code, path, causes };
}

async function carryOut(order: Order): Promise<void> {
  if (order.do === 'sweep') {
    for (const root of order.roots) await sweep(root);
    return;
  }
  if (order.do === 'keep compiled code') {
    flushCompileCache(); // else it is kept at a regular end, which never comes
    return;
  }
  const { sync, promise }: Operation = operations[order.operation];
  if (order.form === 'sync') sync?.(order.root);
  else await promise(order.root);
}

process.on('message', async (order: Order) => {
  try {
    await carryOut(order);
    process.send?.({});
  } catch (error) {
    process.send?.({ error: report(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
