import { GenericContainer } from 'testcontainers';

await using container = await new GenericContainer('alpine:3.22').withCommand(['sleep', '600']).start();
console.log((await container.exec(['cat', '/etc/os-release'])).stdout);
