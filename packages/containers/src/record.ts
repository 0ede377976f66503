import type { Spec } from '@shimwright/bundle-core';

// What is told of a container without asking anybody is in its config.json, as annotations: there is no other state to keep.
const PREFIX = 'dev.shimwright.';
const LABEL = `${PREFIX}label.`;

/** What the container's own file says of it. */
export interface ContainerRecord {
  /** When it was made. */
  readonly createdAt: Date;
  /** The image, by the name that was given; undefined for a root directory. */
  readonly image: string | undefined;
  /** The directory that it has as its root; undefined for an image. */
  readonly rootfs: string | undefined;
  /** The whole command. */
  readonly command: readonly string[];
  /** The signal that asks it to stop. */
  readonly stopSignal: string;
  /** How large a file of its log gets. */
  readonly maxLogBytes: number | undefined;
  /** Facts of whoever made it. */
  readonly labels: Readonly<Record<string, string>>;
}

export function annotationsOf(record: Omit<ContainerRecord, 'command'>): Record<string, string> {
  const { createdAt, image, rootfs, stopSignal, maxLogBytes, labels } = record;
  return {
    [`${PREFIX}created`]: createdAt.toISOString(),
    [`${PREFIX}stop-signal`]: stopSignal,
    ...(image !== undefined && { [`${PREFIX}image`]: image }),
    ...(rootfs !== undefined && { [`${PREFIX}rootfs`]: rootfs }),
    ...(maxLogBytes !== undefined && { [`${PREFIX}max-log-bytes`]: String(maxLogBytes) }),
    ...Object.fromEntries(Object.entries(labels).map(([name, value]) => [`${LABEL}${name}`, value])),
  };
}

export function recordOf({ annotations = {}, process }: Spec): ContainerRecord {
  const maxLogBytes = annotations[`${PREFIX}max-log-bytes`];
  const labels = Object.entries(annotations).filter(([name]) => name.startsWith(LABEL));
  return {
    createdAt: new Date(annotations[`${PREFIX}created`] ?? 0),
    image: annotations[`${PREFIX}image`],
    rootfs: annotations[`${PREFIX}rootfs`],
    command: process?.args ?? [],
    stopSignal: annotations[`${PREFIX}stop-signal`] ?? 'SIGTERM',
    maxLogBytes: maxLogBytes === undefined ? undefined : Number(maxLogBytes),
    labels: Object.fromEntries(labels.map(([name, value]) => [name.slice(LABEL.length), value])),
  };
}
