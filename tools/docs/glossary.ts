/**
 * Words of the trade that a newcomer does not know. Each may be used in a first paragraph only if that paragraph
 * says what it is.
 */
const TERMS = [
  ...[
    'containerd',
    'shim',
    'bundle',
    'ttrpc',
    'OCI runtime',
    'cgroup',
    'rootfs',
    'root file system',
    'FIFO',
    'spool',
  ],
  ...[
    'subreaper',
    'pidfd',
    'runc',
    'crun',
    'koffi',
    'seccomp',
    'overlayfs',
    'umoci',
    'skopeo',
    'CNI',
    'namespace',
  ],
  ...[
    'codec',
    'descriptor',
    'Any',
    'reap',
    'orphan',
    'stdio',
    'execa',
    'CRIU',
    'pty',
    'libuv',
    'epoll',
    'syscall',
  ],
];

/**
 * The terms in a text that it does not explain. A term is explained where it stands in italics beside what it is
 * (`a _shim_ is the process that …`), or is an example of something known (`a program such as runc`).
 */
export function undefinedTerms(text: string): readonly string[] {
  const plain = text.replaceAll(/\[(.+?)\]\(.+?\)/gs, '$1').replaceAll(/`@shimwright\/[\w-]+`/g, '');
  return TERMS.filter((term) => usesTerm(plain.replaceAll('_', ' '), term) && !isExplained(plain, term));
}

function usesTerm(text: string, term: string): boolean {
  return new RegExp(`\\b${term}s?\\b`, term === 'Any' ? '' : 'i').test(text);
}

function isExplained(text: string, term: string): boolean {
  const described = `_${term}s?_(?: (?:and|or) _[\\w ]+_)?[:,]?\\s+(?:is|are|was|which|where|the|an?)\\b`;
  const describedBefore = `\\b(?:an?|the)\\s[\\w ]+, (?:an?|the|its) _${term}s?_`;
  const example = `(?:program|tool|librar(?:y|ie)|file)s?,?\\s+(?:such as|like|called|named)\\s(?:\\w+ (?:and|or) )?${term}\\b`;
  return new RegExp(`${described}|${describedBefore}|${example}`, 'is').test(text);
}
