import { text } from 'node:stream/consumers';
import { GenericContainer, Wait } from 'testcontainers';

const container = await new GenericContainer('alpine:3.22')
  .withCommand(['uname', '-a'])
  .withResourcesQuota({ memory: 64 / 1024 })
  .withWaitStrategy(Wait.forOneShotStartup().withStartupTimeout(10_000))
  .withAutoRemove(false)
  .start();
console.log(await text(await container.logs()));
await container.stop();
