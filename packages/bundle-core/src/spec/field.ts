/** The place of a part of a spec, such as `process.rlimits[0].hard`, by that of what holds it. */
export function fieldIn(holder: string, key: string, isElement: boolean): string {
  if (isElement) return `${holder}[${key}]`;
  return holder === '' ? key : `${holder}.${key}`;
}
