import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';

const docker = new Docker();
const container = await docker.createContainer({ Image: 'alpine:3.22', Cmd: ['sleep', '600'] });
await container.start();
const exec = await container.exec({
  Cmd: ['sh', '-c', 'echo hello; exit 3'],
  AttachStdout: true,
  AttachStderr: true,
});
const stream = await exec.start({});
const stdout = new PassThrough();
docker.modem.demuxStream(stream, stdout, process.stderr);
stream.on('end', () => stdout.end());
console.log(await text(stdout), (await exec.inspect()).ExitCode);
await container.remove({ force: true });
