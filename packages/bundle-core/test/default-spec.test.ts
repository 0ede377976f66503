import { randomBytes } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { type DefaultSpecOptions, defaultSpec } from '@shimwright/bundle-core';
import { describe, expect, test } from 'vitest';
import { leftovers } from '../../../tools/leftovers.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { runSpec, type SpecRun } from './fixtures/run-spec.ts';

/** What a shell script prints in a container run by root, and how it ends. */
async function inContainer(script: string, options: Partial<DefaultSpecOptions> = {}): Promise<SpecRun> {
  const cgroupsPath = `/shimwright-test-${randomBytes(6).toString('hex')}`;
  const run = await runSpec(defaultSpec({ args: ['sh', '-c', script], cgroupsPath, ...options }));
  expect(leftovers(cgroupsPath.slice(1))).toEqual([]);
  return run;
}

const NO_CAPABILITIES = '0000000000000000';
const KILL_AND_BIND = '0000000000000420';

describe('a container of the default spec, run by root', () => {
  needs('linux', 'root', 'command runc');

  test('runs the command and ends with its status', async () => {
    expect(await inContainer('echo "$1 $A $PWD"; exit 7', { env: ['A=é'], cwd: '/usr' })).toEqual({
      output: ' é /usr',
      exitCode: 7,
    });
  });

  test('has a limit that is none, where that is asked for', async () => {
    const rlimits: DefaultSpecOptions['rlimits'] = [{ type: 'RLIMIT_CORE', soft: 10_240, hard: 'unlimited' }];
    const { output } = await inContainer('ulimit -Sc; ulimit -Hc', { rlimits });
    expect(output.split('\n')).toEqual(['20', 'unlimited']);
  });

  test('has two capabilities and no way to more', async () => {
    const { output } = await inContainer('grep -E "^(Cap|NoNewPrivs)" /proc/self/status');
    expect(output.split(/\s+/)).toEqual([
      ...['CapInh:', NO_CAPABILITIES, 'CapPrm:', KILL_AND_BIND, 'CapEff:', KILL_AND_BIND],
      ...['CapBnd:', KILL_AND_BIND, 'CapAmb:', NO_CAPABILITIES, 'NoNewPrivs:', '1'],
    ]);
  });

  test('has no capability at all as another user', async () => {
    const user = { uid: 1000, gid: 1001, additionalGids: [5], umask: 0o77 };
    const { output } = await inContainer('id -u; id -G; umask; grep CapEff /proc/self/status', { user });
    expect(output.split(/\s+/)).toEqual(['1000', '1001', '5', '0077', 'CapEff:', NO_CAPABILITIES]);
  });

  test('writes to memory only', async () => {
    const { output } = await inContainer(
      'for d in / /etc /proc/sys/kernel /sys /sys/fs/cgroup/pids /tmp /run /dev/shm; do touch $d/.x 2>/dev/null && echo $d; done; ls -A /tmp /run',
    );
    expect(output.trim().split('\n')).toEqual(['/tmp', '/run', '/dev/shm', '/run:', '.x', '', '/tmp:', '.x']);
  });

  test('sees none of the host’s processes, devices, names, keys and cgroups', async () => {
    const { output } = await inContainer(
      'hostname; ls /sys/class/net; ls -d /proc/[0-9]*; cut -d: -f3 /proc/self/cgroup | sort -u; wc -c < /proc/keys; ls /sys/firmware',
    );
    expect(output.split('\n')).toEqual(['container', 'lo', '/proc/1', '/', '0']);
  });

  test('cannot use a device even where it may make one', async () => {
    const { output, exitCode } = await inContainer(
      'exec 2>&1; mknod /dev/memory c 1 1 && echo made && head -c 1 /dev/memory',
      {
        capabilities: ['CAP_MKNOD', 'CAP_SYS_RAWIO'],
      },
    );
    expect(output).toMatch(/^made\n.*Operation not permitted/);
    expect(exitCode).not.toBe(0);
  });

  test('cannot have more processes than it is allowed', async () => {
    // More than the threads of the OCI runtime, which count too until the command runs.
    const script = 'i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i + 1)); done; wait';
    const { output } = await inContainer(script, { pidsLimit: 30 });
    expect(output).toMatch(/fork/i);
  });

  test('is root of nothing but its own users where they are mapped', async () => {
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const { output, exitCode } = await inContainer('id -u; cat /proc/self/uid_map /proc/self/gid_map', {
      uidMappings: mappings,
      gidMappings: mappings,
    });
    expect(output.trim().split(/\s+/)).toEqual(['0', '0', '100000', '65536', '0', '100000', '65536']);
    expect(exitCode).toBe(0);
  });

  test('has the host’s network where that is asked for', async () => {
    const { output } = await inContainer('readlink /proc/self/ns/net', { network: 'host' });
    expect(output).toBe(await readlink('/proc/self/ns/net'));
  });
});

describe('a container of the default spec, run by nobody', () => {
  needs('linux', 'root', 'command runc');
  const uid = 65_534;
  const mappings = [{ containerID: 0, hostID: uid, size: 1 }];

  const asNobody = (script: string, options: Partial<DefaultSpecOptions> = {}) => {
    const rootless = { rootless: true, uidMappings: mappings, gidMappings: mappings };
    return runSpec(defaultSpec({ args: ['sh', '-c', script], ...rootless, ...options }), { uid });
  };

  test('runs the command as a root that is nobody outside', async () => {
    const facts = 'id -u; cat /proc/self/uid_map; grep CapEff /proc/self/status; ls /sys/class/net';
    const { output, exitCode } = await asNobody(facts);
    expect(output.trim().split(/\s+/)).toEqual(['0', '0', '65534', '1', 'CapEff:', KILL_AND_BIND, 'lo']);
    expect(exitCode).toBe(0);
  });

  test('has the host’s network, but not its cgroups, where that is asked for', async () => {
    const { output } = await asNobody('readlink /proc/self/ns/net; ls /sys/fs/cgroup', { network: 'host' });
    expect(output).toBe(await readlink('/proc/self/ns/net'));
  });
});

describe('a container of many ids, run by nobody', () => {
  needs('linux', 'root', 'command runc', 'command newuidmap');

  test('has users besides its root, which is nobody outside', async () => {
    const mappings = [
      { containerID: 0, hostID: 65_534, size: 1 },
      { containerID: 1, hostID: 200_000, size: 1000 },
    ];
    const spec = defaultSpec({
      args: ['sh', '-c', 'id -u; cat /proc/self/uid_map'],
      user: { uid: 7, gid: 7 },
      rootless: true,
      uidMappings: mappings,
      gidMappings: mappings,
    });
    const { output, exitCode } = await runSpec(spec, { uid: 65_534, subordinateIds: '65534:200000:1000\n' });
    expect(output.trim().split(/\s+/)).toEqual(['7', '0', '65534', '1', '1', '200000', '1000']);
    expect(exitCode).toBe(0);
  });
});
