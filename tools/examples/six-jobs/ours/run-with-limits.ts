import { run } from '@shimwright/containers';

const { stdout, timedOut } = await run({
  image: 'alpine:3.22',
  args: ['uname', '-a'],
  memoryBytes: 64 << 20,
  timeoutMs: 10_000,
});
console.log(stdout, timedOut);
