import { defaultCapabilities } from '@shimwright/containers';

/** Those of capabilities(7) that Linux 5.9 and later have. */
const ALL = [
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'AUDIT_WRITE',
  'BLOCK_SUSPEND',
  'BPF',
  'CHECKPOINT_RESTORE',
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'IPC_LOCK',
  'IPC_OWNER',
  'KILL',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'MKNOD',
  'NET_ADMIN',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_RAW',
  'PERFMON',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_CHROOT',
  'SYS_MODULE',
  'SYS_NICE',
  'SYS_PACCT',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'SYSLOG',
  'WAKE_ALARM',
].map((name) => `CAP_${name}`);

/** What is left of the default after `--cap-drop`, with what `--cap-add` adds; `ALL` stands for all. */
export function capabilities(added: readonly string[], dropped: readonly string[]): string[] {
  const [adds, drops] = [added.map(fullName), dropped.map(fullName)];
  const begin = adds.includes('CAP_ALL') ? ALL : defaultCapabilities;
  const kept = drops.includes('CAP_ALL') ? [] : begin.filter((name) => !drops.includes(name));
  return [...new Set([...kept, ...adds.filter((name) => name !== 'CAP_ALL')])];
}

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
