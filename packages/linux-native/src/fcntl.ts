import { systemCall } from './library.ts';

/** fcntl(2), for the commands that take a number. */
export const fcntl = systemCall<[fd: number, command: number, argument: number]>(
  'fcntl',
  'int fcntl(int fd, int command, long argument)',
);
