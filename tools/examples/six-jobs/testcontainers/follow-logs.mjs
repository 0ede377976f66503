import { once } from 'node:events';
import { GenericContainer } from 'testcontainers';

await using container = await new GenericContainer('alpine:3.22')
  .withCommand(['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done'])
  .withAutoRemove(false)
  .start();
const logs = await container.logs();
logs.pipe(process.stdout);
await once(logs, 'end');
