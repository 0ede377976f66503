import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { hasCode } from './errors.ts';
import { chmod, mkdir } from './file-system.ts';

// Others may pass through the roots, to what is theirs below; into a bundle's own directories they may not.
const ROOT_MODE = 0o711;

/**
 * Makes something; where its parents are missing, these first. They are not removed: they belong to all bundles.
 *
 * @param check what is looked at before any parent is made.
 */
export async function withParents<Made>(
  target: string,
  make: () => Promise<Made>,
  check: () => Promise<void> = async () => {},
): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    await check();
    await makeParent(path.dirname(target));
    return make();
  }
}

// One by one, since Node's recursive mkdir makes an ENOENT of whatever else hinders it.

async function makeParent(parent: string): Promise<void> {
  try {
    await withParents(parent, () => mkdir(parent, ROOT_MODE));
    await chmod(parent, ROOT_MODE);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error; // somebody else was faster; what is no directory shows in the next step
  }
}

/** The synchronous form of `withParents`. */
export function withParentsSync<Made>(target: string, make: () => Made, check: () => void = () => {}): Made {
  try {
    return make();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    check();
    makeParentSync(path.dirname(target));
    return make();
  }
}

function makeParentSync(parent: string): void {
  try {
    withParentsSync(parent, () => mkdirSync(parent, ROOT_MODE));
    chmodSync(parent, ROOT_MODE);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
