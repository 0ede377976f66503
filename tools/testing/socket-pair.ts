import { systemCall } from '../../packages/linux-native/src/index.ts';

// bits/socket.h
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

const socketpair = systemCall<[number, number, number, Int32Array]>(
  'socketpair',
  'int socketpair(int domain, int type, int protocol, void *ends)',
);

/** Both ends of a connection, which are closed on exec, and the caller's to close. */
export function socketPair(type = SOCK_STREAM): readonly [here: number, there: number] {
  const ends = new Int32Array(2);
  socketpair([AF_UNIX, type | SOCK_CLOEXEC, 0, ends]);
  const [here = -1, there = -1] = ends;
  return [here, there];
}
