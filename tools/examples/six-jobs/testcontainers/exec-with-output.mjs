import { GenericContainer } from 'testcontainers';

await using container = await new GenericContainer('alpine:3.22').withCommand(['sleep', '600']).start();
const { stdout, exitCode } = await container.exec(['sh', '-c', 'echo hello; exit 3']);
console.log(stdout, exitCode);
