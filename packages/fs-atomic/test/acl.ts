import { execFileSync } from 'node:child_process';

/** The tags of a POSIX access control list, as the kernel keeps it: see acl(5). */
const TAGS = { user: 1, namedUser: 2, group: 4, mask: 16, other: 32 } as const;

/** Gives a file a list in which uid 65534 has `named`, the group `group` and everybody `other`. */
export function setAcl(file: string, rights: { named: number; group: number; other: number }): void {
  const NOBODY = 0xffff_ffff;
  const entries: [tag: number, rights: number, id: number][] = [
    [TAGS.user, 6, NOBODY],
    [TAGS.namedUser, rights.named, 65_534],
    [TAGS.group, rights.group, NOBODY],
    [TAGS.mask, rights.named | rights.group, NOBODY],
    [TAGS.other, rights.other, NOBODY],
  ];
  const list = Buffer.alloc(4 + 8 * entries.length);
  list.writeUInt32LE(2, 0);
  for (const [index, [tag, bits, id]] of entries.entries()) {
    list.writeUInt16LE(tag, 4 + 8 * index);
    list.writeUInt16LE(bits, 6 + 8 * index);
    list.writeUInt32LE(id, 8 + 8 * index);
  }
  // Node cannot set an attribute.
  const program =
    'import os, sys; os.setxattr(sys.argv[1], "system.posix_acl_access", bytes.fromhex(sys.argv[2]))';
  execFileSync('python3', ['-c', program, file, list.toString('hex')]);
}
