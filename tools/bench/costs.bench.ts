import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec, newBundleSync, parseSpec } from '@shimwright/bundle-core';
import { atomicWriteFileSync, mountsWithinSync } from '@shimwright/fs-atomic';
import { effort } from './effort.ts';
import { type Comparison, median } from './turns.ts';

/** A guarantee, and the calls that nobody would make without it. */
interface Cost {
  readonly guarantee: string;
  readonly calls: () => unknown;
}

/**
 * What each guarantee costs in the sync forms: the calls it takes, alone, beside the whole. So the ratio is the part of the
 * time that would be saved without it.
 */
export async function run(): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [place, parent] of [
    ['tmpfs', '/dev/shm'],
    ['disk', '/var/tmp'],
  ] as const) {
    const base = await mkdtemp(path.join(parent, 'shimwright-bench-'));
    try {
      for (const [name, subject] of Object.entries({ bundle, file })) {
        const { whole, costs, end } = subject(base);
        for (const cost of costs) comparisons.push(compared(`${name}, ${place}`, cost, whole));
        end?.();
      }
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  }
  return comparisons;
}

interface Subject {
  readonly whole: () => unknown;
  readonly costs: readonly Cost[];
  readonly end?: () => void;
}

/** A bundle made and deleted. */
function bundle(base: string): Subject {
  const roots = { path: `${base}/state`, workDir: `${base}/root` };
  const spec = defaultSpec({ args: ['/bin/true'] });
  const text = JSON.stringify(spec);
  // A filter of system calls that was found to be sound before is not read again.
  const read = JSON.stringify({ ...spec, linux: { ...spec.linux, seccomp: undefined } });
  const there = newBundleSync({ id: 'there', ...roots, spec: text });
  const withModes = [`${there.path}/rootfs`, `${there.path}/config.json`, there.workDir, there.path];
  const modes = withModes.map((one) => [one, fs.statSync(one).mode & 0o7777] as const);
  const renamed = `${roots.path}/renamed`;
  fs.mkdirSync(renamed);
  let names: readonly [string, string] = [renamed, `${roots.path}/.renamed.hidden`];
  const rename = () => {
    fs.renameSync(...names);
    names = [names[1], names[0]];
  };
  return {
    whole: () => newBundleSync({ id: 'web', ...roots, spec: text }).deleteSync(),
    costs: [
      { guarantee: 'the spec is checked', calls: () => parseSpec(read) },
      {
        guarantee: 'it appears whole, in the place of nothing',
        calls: () => {
          fs.lstatSync(`${roots.path}/none`, { throwIfNoEntry: false });
          rename();
        },
      },
      {
        guarantee: 'all modes are exact',
        calls: () => {
          for (const [one, mode] of modes) fs.chmodSync(one, mode);
        },
      },
      {
        guarantee: 'nothing is touched where something is mounted',
        calls: () => mountsWithinSync(there.path),
      },
      { guarantee: 'it disappears whole', calls: rename },
    ],
  };
}

/** A small file replaced, with its flush. */
function file(base: string): Subject {
  const target = path.join(base, 'file');
  const data = 'x'.repeat(1_000);
  atomicWriteFileSync(target, data);
  const descriptor = fs.openSync(target, 'r');
  return {
    whole: () => atomicWriteFileSync(target, data),
    costs: [
      {
        guarantee: 'its name is on the disk as well',
        calls: () => {
          fs.renameSync(target, `${target}.again`); // a flush is of what has changed
          fs.renameSync(`${target}.again`, target);
          const directory = fs.openSync(base, 'r');
          fs.fsyncSync(directory);
          fs.closeSync(directory);
        },
      },
      {
        guarantee: 'mode and owner are kept, and only a file is replaced',
        calls: () => {
          fs.lstatSync(target);
          fs.fstatSync(descriptor);
        },
      },
    ],
    end: () => fs.closeSync(descriptor),
  };
}

function compared(subject: string, { guarantee, calls }: Cost, whole: () => unknown): Comparison {
  const times = { part: [] as number[], whole: [] as number[] };
  const count = effort(4); // so few that most turns are not interrupted
  const time = (work: () => unknown) => {
    const start = process.hrtime.bigint();
    for (let index = 0; index < count; index += 1) work();
    return Number(process.hrtime.bigint() - start) / count;
  };
  time(calls);
  time(whole);
  for (let round = 0; round < effort(301); round += 1) {
    times.part.push(time(calls));
    times.whole.push(time(whole));
  }
  const [oursNs, peerNs] = [median(times.part), median(times.whole)];
  return { work: `${subject}: ${guarantee}`, oursNs, peerNs, ratio: oursNs / peerNs };
}
