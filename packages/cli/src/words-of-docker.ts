// What docker, podman and nerdctl have, and what does its work here.

const GROUP = (name: string) => `there are no groups: leave out "${name}"`;

/** Commands. */
const COMMANDS: Readonly<Record<string, string>> = {
  attach: 'use "logs -f", or "exec -it CONTAINER sh"',
  build:
    'images are made by others, such as "buildah" or "docker build"; "run ./image.tar" takes what they save',
  commit: 'images are made by others, such as "buildah"',
  compose: 'there is nothing for several containers at once; use a script',
  container: GROUP('container'),
  diff: 'use "cp CONTAINER:/ -" for all files',
  export: 'use "cp CONTAINER:/ - > root.tar"',
  history: 'use "inspect IMAGE"',
  image: `${GROUP('image')}; there are images, pull, rmi and inspect`,
  import: 'use "run --rootfs DIRECTORY"',
  info: 'use "doctor"',
  load: 'use "pull ./image.tar"',
  login: 'use "pull --authfile FILE", or "skopeo login", which keeps what "pull" reads',
  network: 'networks are made by others, such as "ip netns add NAME"; give "run --network /run/netns/NAME"',
  port: 'ports are not published: with --network host they are those of this machine',
  prune: 'use "recover" for what is dead, and "rm" and "rmi"',
  push: 'use "skopeo copy"',
  rename: 'a name is the id, which stays: give "run --name"',
  save: 'use "skopeo copy docker://IMAGE docker-archive:FILE"',
  search: 'ask the registry',
  system: 'use "doctor", "events", and "recover"',
  tag: 'use "skopeo copy"',
  top: 'use "exec CONTAINER ps"',
  version: 'use "--version"',
  volume: 'volumes are directories below volumes/ of the data directory; "run -v NAME:/PATH" makes one',
};

/** Options, of any command. */
const OPTIONS: Readonly<Record<string, string>> = {
  '--add-host': 'mount a file of your own at /etc/hosts with -v',
  '--attach': 'the output is shown unless -d is given',
  '--cidfile': 'give --name, or take the name that -d prints',
  '--cgroup-parent': 'start this program in the cgroup instead',
  '--cpu-shares': 'use --cpus',
  '--detach-keys': 'start it with -d, and leave "logs -f" by Ctrl-C',
  '--device': 'devices are not passed on',
  '--dns': 'mount a file of your own at /etc/resolv.conf with -v',
  '--gpus': 'devices are not passed on',
  '--init': 'use --entrypoint with an init of the image, such as tini',
  '--ip': 'networks are made by others: give --network a namespace',
  '--ipc': 'a container has its own',
  '--link': 'containers of one network namespace reach one another by 127.0.0.1',
  '--log-driver': 'logs are files; "logs" shows them',
  '--memory-swap': 'a container gets no swap',
  '--no-trunc': 'use --json',
  '--pid': 'a container has its own',
  '--platform': 'get the image by "pull --platform" first',
  '--privileged': 'use --cap-add ALL',
  '--publish': 'ports are not published: use --network host, or a namespace that others have made',
  '--publish-all': 'ports are not published: use --network host, or a namespace that others have made',
  '--restart': 'nobody is there to start it again: use systemd for that',
  '--security-opt': 'the filter of system calls and no-new-privileges are always on',
  '--shm-size': 'use --tmpfs /dev/shm:size=…',
  '--sig-proxy': 'signals are always passed on',
  '--size': 'it is not counted',
  '--ulimit': 'use -m, --cpus and --pids-limit',
  '--until': 'use --tail and --since',
  '--userns': 'a user who is not root gets a user namespace; root does not',
  '--volumes-from': 'name the volumes with -v',
  '-P': 'ports are not published: use --network host, or a namespace that others have made',
  '-c': 'use --cpus',
  '-p': 'ports are not published: use --network host, or a namespace that others have made',
};

/** What to use instead of a word that we do not have; undefined where nobody has it. */
export function insteadOf(message: string): string | undefined {
  const [, command] = /unknown command '([^']+)'/.exec(message) ?? [];
  if (command !== undefined) return own(COMMANDS, command);
  const [, option = ''] = /unknown option '([^'=]+)/.exec(message) ?? [];
  return own(OPTIONS, option) ?? (/^-[A-Za-z]/.test(option) ? own(OPTIONS, option.slice(0, 2)) : undefined);
}

function own(words: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}
