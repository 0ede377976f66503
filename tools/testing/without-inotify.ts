/**
 * The words before a command that runs it where the kernel has no instance of inotify(7) left for it, as on a machine whose user has
 * many programs that watch files; needs root and the command `unshare`.
 */
export const WITHOUT_INOTIFY: readonly [command: string, ...args: string[]] = [
  'unshare',
  '--user',
  '--map-root-user',
  'sh',
  '-c',
  'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"',
  'sh',
];
