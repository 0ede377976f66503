// Calls Shim.State through our client, as tools/go-ttrpc does through containerd's: `ttrpc-ours.ts SOCKET`.
import { createInterface } from 'node:readline';
import { ShimDefinition } from '@shimwright/shim-api';
import { connect } from '@shimwright/ttrpc';
import { median } from './turns.ts';

const client = await connect(process.argv[2] ?? '');
const shim = client.service(ShimDefinition);
const request = { id: 'container' };

/** Nanoseconds of a call: the median of `count`, one after the other. */
async function one(count: number): Promise<number> {
  const times: number[] = [];
  for (let done = 0; done < count; done++) {
    const start = performance.now();
    await shim.state(request);
    times.push((performance.now() - start) * 1e6);
  }
  return median(times);
}

/** Nanoseconds of a call, in the mean, when 64 are always in flight. */
async function many(count: number): Promise<number> {
  const start = performance.now();
  const worker = async () => {
    for (let done = 0; done < count / 64; done++) await shim.state(request);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return ((performance.now() - start) * 1e6) / count;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [work, count] = line.split(' ');
  const nanoseconds = await (work === 'one' ? one : many)(Number(count));
  console.log(String(Math.round(nanoseconds * Number(count))));
}
await client.close();
