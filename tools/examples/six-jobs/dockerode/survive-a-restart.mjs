import Docker from 'dockerode';

const docker = new Docker();
const [found] = await docker.listContainers({ all: true, filters: { name: ['^/web$'] } });
const web = found
  ? docker.getContainer(found.Id)
  : await docker.createContainer({ name: 'web', Image: 'alpine:3.22', Cmd: ['sleep', '2'] });
if (!found) await web.start();
console.log((await web.wait()).StatusCode);
await web.remove();
