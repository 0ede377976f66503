import { closeSync } from 'node:fs';
import { systemCall } from '@shimwright/linux-native';

const socket = systemCall<[number, number, number]>(
  'socket',
  'int socket(int domain, int type, int protocol)',
);
const setsockopt = systemCall<[number, number, number, BigInt64Array, number]>(
  'setsockopt',
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);

// sys/socket.h and asm-generic/socket.h
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;

/** A descriptor that a shell waits by without starting a process, as sleep(1) is one: each read of it fails after a second. */
export function makePause(): number {
  const fd = socket([AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0]);
  try {
    const second = BigInt64Array.of(1n, 0n); // struct timeval
    setsockopt([fd, SOL_SOCKET, SO_RCVTIMEO, second, second.byteLength]);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
