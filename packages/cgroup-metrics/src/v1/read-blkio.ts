import type { BlkioEntryV1, BlkioV1 } from '@shimwright/shim-api/metrics';
import { type CgroupFiles, linesOf, readText } from '../files.ts';

// What the CFQ scheduler counted, until it left the kernel with 5.0.
const OF_CFQ = {
  ioServiceBytesRecursive: 'blkio.io_service_bytes_recursive',
  ioServicedRecursive: 'blkio.io_serviced_recursive',
  ioQueuedRecursive: 'blkio.io_queued_recursive',
  ioServiceTimeRecursive: 'blkio.io_service_time_recursive',
  ioWaitTimeRecursive: 'blkio.io_wait_time_recursive',
  ioMergedRecursive: 'blkio.io_merged_recursive',
  ioTimeRecursive: 'blkio.time_recursive',
  sectorsRecursive: 'blkio.sectors_recursive',
} as const;

// What is counted without it.
const OF_THROTTLING = {
  ioServicedRecursive: 'blkio.throttle.io_serviced',
  ioServiceBytesRecursive: 'blkio.throttle.io_service_bytes',
} as const;

/** Block devices. */
export async function readBlkio(files: CgroupFiles | undefined): Promise<BlkioV1 | undefined> {
  if (!files || (await files.names(/^(blkio)\./)).length === 0) return undefined;
  const devices = await readDevices();
  const ofCfq = await readAll(files, OF_CFQ, devices);
  const isCounted = Object.values(ofCfq).some((entries) => entries.length > 0);
  const counts = isCounted ? ofCfq : await readAll(files, OF_THROTTLING, devices);
  const none = Object.fromEntries(Object.keys(OF_CFQ).map((field) => [field, []]));
  return { ...none, ...counts } as unknown as BlkioV1;
}

async function readAll(
  files: CgroupFiles,
  names: Readonly<Record<string, string>>,
  devices: ReadonlyMap<string, string>,
): Promise<Readonly<Record<string, readonly BlkioEntryV1[]>>> {
  const entries = Object.entries(names).map(
    async ([field, name]) => [field, await readEntries(files, name, devices)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Lines such as `8:0 Read 4096`, or without a word, and one with the total of all. */
async function readEntries(
  files: CgroupFiles,
  name: string,
  devices: ReadonlyMap<string, string>,
): Promise<BlkioEntryV1[]> {
  return linesOf((await files.text(name)) ?? '').flatMap((line) => {
    const [, number = '', op = '', value = ''] = /^(\d+:\d+) (?:(\S+) )?(\d+)$/.exec(line.trim()) ?? [];
    const [major, minor] = number.split(':');
    if (major === undefined || minor === undefined) return [];
    return [
      {
        op,
        device: devices.get(number) ?? '',
        major: BigInt(major),
        minor: BigInt(minor),
        value: files.parse(name, value),
      },
    ];
  });
}

/** The paths of block devices, by their numbers. Without them, entries have none. */
async function readDevices(): Promise<ReadonlyMap<string, string>> {
  const partitions = await readText('/proc/partitions').catch(() => '');
  const devices = new Map<string, string>();
  // Below a heading and an empty line.
  for (const line of partitions.split('\n').slice(2)) {
    const [major, minor, , name] = line.trim().split(/\s+/);
    const number = `${major}:${minor}`;
    if (name !== undefined && !devices.has(number)) devices.set(number, `/dev/${name}`);
  }
  return devices;
}
