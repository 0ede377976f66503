import Docker from 'dockerode';

const docker = new Docker();
const container = await docker.createContainer({
  Image: 'alpine:3.22',
  Cmd: ['sh'],
  Tty: true,
  OpenStdin: true,
});
const stream = await container.attach({
  stream: true,
  stdin: true,
  stdout: true,
  stderr: true,
  hijack: true,
});
await container.start();
await container.resize({ w: 100, h: 30 });
stream.pipe(process.stdout);
stream.write('stty size; exit\n');
await container.wait();
await container.remove();
