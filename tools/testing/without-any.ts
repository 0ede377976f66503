/** What a user may have no more of, as user_namespaces(7) and inotify(7) name the limits of a user namespace. */
export type UserLimit = 'max_inotify_instances' | 'max_user_namespaces' | 'max_uts_namespaces';

/**
 * The words before a command that runs it where its user may have none of something, as on a machine whose user has used up all
 * of it; needs root and the command `unshare`.
 */
export function withoutAny(limit: UserLimit): readonly [command: string, ...args: string[]] {
  const script = `echo 0 > /proc/sys/user/${limit} && exec "$@"`;
  return ['unshare', '--user', '--map-root-user', 'sh', '-c', script, 'sh'];
}
