import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultSpec, stringifySpec } from '@shimwright/bundle-core';
import { execa } from 'execa';
import { fewAtATime } from '../few-at-a-time.ts';
import { removeLeftovers } from '../leftovers.ts';
import { built } from './built.ts';
import { makeImage } from './containers/image.ts';
import { effort } from './effort.ts';
import { type Comparison, Contender, inTurns, nodeContender, type SpaceComparison } from './turns.ts';

// Without the condition that finds sources: what is built is measured.
const OURS = path.join(import.meta.dirname, 'containers/ours.ts');
const PEERS = path.join(import.meta.dirname, 'containers/peers.ts');
const IDLE = effort(100, 2);

/**
 * Containers of a local image beside runc alone, and beside podman and docker where they are: programs on the PATH, or those that PODMAN and
 * DOCKERD name.
 */
export async function run(): Promise<readonly Comparison[]> {
  await built();
  const base = await mkdtemp('/var/tmp/shimwright-bench-');
  const token = path.basename(base);
  try {
    const { layout, archive } = await makeImage(base);
    await using ours = new Contender(process.execPath, [OURS, base, `oci:${layout}:busybox`]);
    const rows: Comparison[] = [];
    rows.push(...(await withRunc(base, ours)));
    rows.push(...(await withPodman(base, archive, ours)));
    rows.push(...(await withDocker(base, archive, ours)));
    return rows;
  } finally {
    await removeLeftovers(token, base);
  }
}

/** A program that a variable names, or that is on the PATH; undefined where it is not there. */
async function programOf(variable: string, name: string): Promise<string | undefined> {
  const given = process.env[variable] ?? name;
  const { exitCode } = await execa(given, ['--version'], { reject: false });
  return exitCode === 0 ? given : undefined;
}

async function compare(
  ours: Contender,
  peer: Contender,
  name: string,
  withCli: boolean,
): Promise<Comparison[]> {
  const turns = { count: 2, rounds: 3, ours, peer };
  const titled = async (work: string, title: string, peerWork = work, count = turns.count) => ({
    ...(await inTurns({ ...turns, work, peerWork, count })),
    work: `${title}, against ${name}`,
  });
  return [
    await titled('run', '`run` of `true` from a local image'),
    ...(withCli ? [await titled('run-cli', 'the same at a prompt', 'run')] : []),
    await titled('run-at-once', `${effort(20)} at once, for each`, 'run-at-once', 20),
  ];
}

async function withRunc(base: string, ours: Contender): Promise<Comparison[]> {
  const bundle = path.join(base, 'bundle');
  await mkdir(path.join(bundle, 'rootfs/bin'), { recursive: true });
  for (const name of ['proc', 'dev', 'sys', 'tmp', 'run']) await mkdir(path.join(bundle, 'rootfs', name));
  await execa('cp', ['/bin/busybox', path.join(bundle, 'rootfs/bin/true')]);
  const spec = defaultSpec({ args: ['/bin/true'] });
  await writeFile(path.join(bundle, 'config.json'), stringifySpec(spec));
  await using peer = nodeContender(PEERS, 'runc', bundle, path.join(base, 'runc'));
  return await compare(ours, peer, '`runc run` of a bundle', false); // before the peer is ended
}

async function withPodman(base: string, archive: string, ours: Contender): Promise<Comparison[]> {
  const program = await programOf('PODMAN', 'podman');
  if (program === undefined) return [];
  const options = [
    '--root',
    path.join(base, 'podman'),
    '--runroot',
    path.join(base, 'podman-run'),
    '--cgroup-manager',
    'cgroupfs',
  ];
  await execa(program, [...options, 'load', '--input', archive]);
  await using peer = nodeContender(PEERS, 'podman', program, ...options);
  const times = await compare(ours, peer, 'podman', true);
  return [...times, await idleMemory(ours, base, program, options)];
}

async function withDocker(base: string, archive: string, ours: Contender): Promise<Comparison[]> {
  const program = await programOf('DOCKERD', 'dockerd');
  if (program === undefined) return [];
  const socket = path.join(base, 'docker.sock');
  const daemon = execa(
    program,
    [
      ...[
        '--host',
        `unix://${socket}`,
        '--data-root',
        path.join(base, 'docker'),
        '--exec-root',
        path.join(base, 'docker-run'),
      ],
      ...[
        '--pidfile',
        path.join(base, 'docker.pid'),
        '--bridge=none',
        '--iptables=false',
        '--ip-forward=false',
        '--ip-masq=false',
      ],
    ],
    { reject: false, stdio: 'ignore' },
  );
  try {
    await execa('curl', [
      '--silent',
      '--fail',
      '--retry',
      '60',
      '--retry-delay',
      '1',
      '--retry-all-errors',
      '--unix-socket',
      socket,
      'http://docker/_ping',
    ]);
    const load = [
      '--silent',
      '--fail',
      '--unix-socket',
      socket,
      '--header',
      'content-type: application/x-tar',
    ];
    await execa('curl', [...load, '--data-binary', `@${archive}`, 'http://docker/images/load']);
    await using peer = nodeContender(PEERS, 'docker', socket);
    return await compare(ours, peer, 'docker', false);
  } finally {
    daemon.kill('SIGTERM');
    await daemon;
  }
}

/** What idle containers cost beside their own processes: of ours the shim and the recorder, of podman's a conmon each. */
async function idleMemory(
  ours: Contender,
  base: string,
  podman: string,
  options: readonly string[],
): Promise<SpaceComparison> {
  const turns = Array.from({ length: IDLE }, (_, index) => index);
  await ours.measure('start-idle', IDLE);
  await delay(2_000); // what starting them left is collected
  const oursBytes = await privateMemory(path.join(base, 'state'));
  await ours.measure('remove-idle', 1);
  const ids: string[] = [];
  const detached = ['run', '--detach', '--network', 'none', 'localhost/bench:latest', '/bin/sleep', '600'];
  await fewAtATime(4, turns, async () => {
    ids.push((await execa(podman, [...options, ...detached])).stdout);
  });
  const peerBytes = await privateMemory(path.join(base, 'podman-run'));
  await execa(podman, [...options, 'rm', '--force', '--time', '0', ...ids]);
  return {
    work: `private memory beside ${IDLE} idle containers, against podman`,
    oursBytes,
    peerBytes,
    ratio: oursBytes / peerBytes,
  };
}

/** Of all processes that name a directory on their command line. */
async function privateMemory(directory: string): Promise<number> {
  let bytes = 0;
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!commandLine.includes(directory)) continue;
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    for (const [, kilobytes] of rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm))
      bytes += Number(kilobytes) * 1024;
  }
  return bytes;
}
