import { start } from '@shimwright/containers';

await using container = await start({
  image: 'alpine:3.22',
  args: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done'],
});
for await (const { text } of container.logs({ follow: true })) console.log(text);
