import { restore, start } from '@shimwright/containers';

const { containers } = await restore();
const web =
  containers.find(({ id }) => id === 'web') ??
  (await start({ image: 'alpine:3.22', name: 'web', args: ['sleep', '2'] }));
console.log((await web.wait()).exitCode);
await web.remove();
