import { start } from '@shimwright/containers';

await using container = await start({ image: 'alpine:3.22', args: ['sleep', '600'] });
const { stdout, exitCode } = await container.exec(['sh', '-c', 'echo hello; exit 3']);
console.log(stdout, exitCode);
