type FsExtra = typeof import('fs-extra');

/** The library, once {@link loadFsExtra} is done. */
export let fsExtra: FsExtra;

/** Loads the library on the first use of a promise form: that takes ten times as long as to load this package. */
export async function loadFsExtra(): Promise<void> {
  fsExtra ??= (await import('fs-extra')).default;
}
