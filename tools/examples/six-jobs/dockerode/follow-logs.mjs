import { once } from 'node:events';
import Docker from 'dockerode';

const docker = new Docker();
const container = await docker.createContainer({
  Image: 'alpine:3.22',
  Cmd: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done'],
});
await container.start();
const stream = await container.logs({ follow: true, stdout: true, stderr: true });
docker.modem.demuxStream(stream, process.stdout, process.stderr);
await once(stream, 'end');
await container.remove({ force: true });
