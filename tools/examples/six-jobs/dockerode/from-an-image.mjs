import Docker from 'dockerode';

const docker = new Docker();
const pulling = await docker.pull('alpine:3.22');
await new Promise((resolve, reject) =>
  docker.modem.followProgress(pulling, (error, result) => (error ? reject(error) : resolve(result))),
);
const [, container] = await docker.run('alpine:3.22', ['cat', '/etc/os-release'], process.stdout);
await container.remove();
