import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';

const docker = new Docker();
const container = await docker.createContainer({
  Image: 'alpine:3.22',
  Cmd: ['uname', '-a'],
  HostConfig: { Memory: 64 << 20 },
});
const stdout = new PassThrough();
const stderr = new PassThrough();
const stream = await container.attach({ stream: true, stdout: true, stderr: true });
docker.modem.demuxStream(stream, stdout, stderr);
stream.on('end', () => stdout.end());
let timedOut = false;
const timer = setTimeout(() => {
  timedOut = true;
  container.kill();
}, 10_000);
await container.start();
await container.wait();
clearTimeout(timer);
console.log(await text(stdout), timedOut);
await container.remove();
