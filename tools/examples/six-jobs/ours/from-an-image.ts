import { run } from '@shimwright/containers';

console.log((await run({ image: 'alpine:3.22', args: ['cat', '/etc/os-release'] })).stdout);
