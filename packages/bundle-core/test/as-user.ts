/** Does something as a user who is not root, and is root again afterwards; all of it before it returns. */
export function asUser<Result>(id: number, work: () => Result): Result {
  const { getgroups, setegid, seteuid, setgroups } = process;
  if (!getgroups || !setegid || !seteuid || !setgroups) throw new Error('there are no such users here');
  const groups = getgroups();
  setgroups([]);
  setegid(id);
  seteuid(id);
  try {
    return work();
  } finally {
    seteuid(0);
    setegid(0);
    setgroups(groups);
  }
}
